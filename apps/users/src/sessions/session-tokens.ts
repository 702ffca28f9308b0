import { AccessTokens } from './access-tokens.js';
import type { Session } from './dto/session.dto.js';
import { type MadeToken, type PresentedToken, RefreshTokens } from './refresh-tokens.js';
import type { LiveSession } from './sessions.repository.js';

/** The two tokens of a session: one that is shown with each request, one that gets the next two. */
export class SessionTokens {
  constructor(
    private readonly access: AccessTokens,
    private readonly refresh: RefreshTokens,
  ) {}

  /** A refresh token that is not stored yet. */
  make(sessionId: string): MadeToken {
    return this.refresh.make(sessionId);
  }

  /** Undefined for what is no refresh token of ours. */
  read(refreshToken: string): PresentedToken | undefined {
    return this.refresh.read(refreshToken);
  }

  /** What the client of a session gets. */
  async answer(
    { accountId, role, expiresAt }: LiveSession,
    { sessionId, token }: MadeToken,
  ): Promise<Session> {
    return {
      ...(await this.access.issue({ accountId, roles: [role], sessionId })),
      tokenType: 'Bearer',
      refreshToken: token,
      refreshExpiresIn: Math.max(1, Math.floor((expiresAt.getTime() - Date.now()) / 1_000)),
      sessionId,
      accountId,
    };
  }
}
