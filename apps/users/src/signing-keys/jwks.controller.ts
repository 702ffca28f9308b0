import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Unlimited } from '@trilith/service';
import type { JWK } from 'jose';
import { z } from 'zod';

import { KeyRing } from './key-ring.js';

const jwks = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        x: z.string().describe('The public key, base64url.'),
        kid: z.string(),
        alg: z.literal('EdDSA'),
        use: z.literal('sig'),
      }),
    ),
  })
  .describe('The keys that access tokens are verified with (RFC 7517).');

@ApiTags('keys')
@Controller('.well-known/jwks.json')
export class JwksController {
  constructor(private readonly keyRing: KeyRing) {}

  @Get()
  @Unlimited()
  @Header('Cache-Control', 'public, max-age=300')
  @ApiOperation({ summary: 'The public keys of access tokens' })
  @ApiOkResponse({ standardSchema: jwks })
  list(): { keys: JWK[] } {
    return this.keyRing.published;
  }
}
