import { LocksModule } from '@trilith/locks/nest';

import { USERS_CONFIG, type UsersConfig } from '../users.config.js';

/** Locks that keep replicas from doing the same work at once. */
export const usersLocks = LocksModule.forRootAsync({
  inject: [USERS_CONFIG],
  useFactory: ({ locks: { urls, prefix } }: UsersConfig) => ({
    connect: urls.map((url) => ({ url, name: 'users-locks' })),
    prefix,
  }),
});
