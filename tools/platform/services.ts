/** The three services, in the order in which they are shown. */
export const SERVICE_NAMES = ['users', 'content', 'analytics'] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

/** Where each service listens when nobody says otherwise. */
export const DEFAULT_PORTS: Record<ServiceName, number> = {
  users: 3001,
  content: 3002,
  analytics: 3003,
};

/** `USERS_PORT`, …: PORT itself can name only one of them. */
export const portVariable = (service: ServiceName) => `${service.toUpperCase()}_PORT`;

/** `http://127.0.0.1:3001`, without a trailing slash. */
export const addressOf = (port: number) => `http://127.0.0.1:${port}`;
