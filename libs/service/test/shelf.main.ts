import { runService } from '../src/index.js';
import { shelf } from './shelf.app.js';

await runService(shelf);
