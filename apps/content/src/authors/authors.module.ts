import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { MessagingModule } from '@trilith/messaging';

import { AUTHOR, authorSchema } from './author.schema.js';
import { AuthorsConsumer } from './authors.consumer.js';
import { AuthorsRepository } from './authors.repository.js';
import { AuthorsService } from './authors.service.js';
import { UnlockedAuthorGuard } from './unlocked-author.guard.js';
import { USERS_CLIENT, UsersClient } from './users.client.js';

/** Who wrote what is read here: a projection of the accounts that users own. */
@Module({
  imports: [
    MongooseModule.forFeature([{ name: AUTHOR, schema: authorSchema }]),
    MessagingModule.forFeature([{ token: USERS_CLIENT, service: 'users' }]),
  ],
  controllers: [AuthorsConsumer],
  providers: [AuthorsRepository, AuthorsService, UsersClient, UnlockedAuthorGuard],
  exports: [AuthorsService, UnlockedAuthorGuard],
})
export class AuthorsModule {}
