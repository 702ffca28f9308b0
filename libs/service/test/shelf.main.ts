import { runService } from '../src/index.js';
import { shelf } from './shelf.app.js';

// Lets a test cause what no code is meant to do.
process.on('SIGUSR2', () => {
  void Promise.reject(new Error('nobody caught this'));
});

await runService(shelf);
