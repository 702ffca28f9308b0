export { defineEvent, defineRequest } from './contract.js';
export type { MessageContract, PayloadOf, ReplyOf, RequestContract } from './contract.js';
export {
  accountCreated,
  accountLocked,
  accountUnlocked,
  accountUpdated,
  getAccount,
  publicAccount,
} from './accounts.contracts.js';
export type { PublicAccount } from './accounts.contracts.js';
export { contentKinds, exportContent } from './contents.contracts.js';
export type { ContentKind } from './contents.contracts.js';
export { accountErased, erasureConfirmed } from './erasures.contracts.js';
export { commentCreated } from './comments.contracts.js';
export { eventFields, eventRecorded } from './events.contracts.js';
export { postLiked, postPublished, postRemoved, postViewed } from './posts.contracts.js';
