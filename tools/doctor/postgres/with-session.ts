import { ownEnvironment } from '../../platform/environment.ts';
import { holdStores } from '../../stores/client.ts';
import { devProfile, STORE_TITLES } from '../../stores/profile.ts';
import { Session } from './session.ts';

export interface SessionOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Works with a session on the database that the environment names, past PgBouncer where it says how
 * (`DATABASE_DIRECT_URL`), or else on that of `npm start`.
 */
export async function withSession<T>(
  { timeoutMs, signal }: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const env = ownEnvironment();
  const stores = await holdStores({
    profile: devProfile(),
    stores: ['postgres'],
    holder: `npm run doctor (pid ${process.pid})`,
    env,
    signal,
    onProgress: (store, text) => console.error(`${STORE_TITLES[store]}: ${text}`),
  });
  try {
    const url = env.DATABASE_DIRECT_URL || stores.env.DATABASE_URL || '';
    const session = await Session.open(url, { timeoutMs });
    // Whatever the server is at then ends by its deadline, and is rolled back.
    const leave = () => void session.close();
    signal.addEventListener('abort', leave);
    try {
      return await work(session);
    } finally {
      signal.removeEventListener('abort', leave);
      await session.close();
      signal.throwIfAborted();
    }
  } finally {
    await stores.release();
  }
}
