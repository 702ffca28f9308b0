import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from '@trilith/auth';

import { AccountClosingModule } from './account-closing/account-closing.module.js';
import { ActivityModule } from './activity/activity.module.js';
import { AdministrationModule } from './administration/administration.module.js';
import { AccountsModule } from './accounts/accounts.module.js';
import { usersCache } from './cache/users-cache.js';
import { DatabaseModule } from './database/database.module.js';
import { EmailsModule } from './emails/emails.module.js';
import { ErasuresModule } from './erasures/erasures.module.js';
import { ExportModule } from './export/export.module.js';
import { ImportsModule } from './imports/imports.module.js';
import { DirectoryModule } from './directory/directory.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { ProfilesModule } from './profiles/profiles.module.js';
import { PasswordsModule } from './passwords/passwords.module.js';
import { ReportsModule } from './reports/reports.module.js';
import { SearchModule } from './search/search.module.js';
import { SecondFactorsModule } from './second-factors/second-factors.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { KeyRing } from './signing-keys/key-ring.js';
import { SigningKeysModule } from './signing-keys/signing-keys.module.js';
import { USERS_CONFIG, type UsersConfig } from './users.config.js';

/** The users service. Global for the sake of its configuration, which every feature may inject. */
@Module({})
export class AppModule {
  static forRoot(config: UsersConfig): DynamicModule {
    return {
      module: AppModule,
      global: true,
      imports: [
        DatabaseModule,
        usersCache,
        MessagesModule,
        SigningKeysModule,
        AuthModule.forRootAsync({
          imports: [SigningKeysModule],
          inject: [KeyRing],
          useFactory: (keys: KeyRing) => ({ ...config.tokens, keys }),
        }),
        AccountsModule,
        ProfilesModule,
        AccountClosingModule,
        AdministrationModule,
        ErasuresModule,
        ExportModule,
        EmailsModule,
        PasswordsModule,
        DirectoryModule,
        SearchModule,
        SecondFactorsModule,
        SessionsModule,
        ActivityModule,
        ReportsModule,
        ImportsModule,
      ],
      providers: [{ provide: USERS_CONFIG, useValue: config }],
      exports: [USERS_CONFIG],
    };
  }
}
