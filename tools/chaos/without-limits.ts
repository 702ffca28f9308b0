/**
 * For platforms that are attacked or kept busy from one address: no caller runs into a limit, which
 * would protect from the experiment what it is about.
 */
export const WITHOUT_LIMITS = {
  RATE_LIMIT_CALLER: '1000000/1s',
  RATE_LIMIT_SIGN_IN_ADDRESS: '1000000/1s',
  RATE_LIMIT_SIGN_IN_ACCOUNT: '1000000/1s',
  RATE_LIMIT_SIGN_UP_ADDRESS: '1000000/1s',
  RATE_LIMIT_SIGN_UP_ACCOUNT: '1000000/1s',
  RATE_LIMIT_MAIL_ADDRESS: '1000000/1s',
  RATE_LIMIT_MAIL_ACCOUNT: '1000000/1s',
  RATE_LIMIT_PASSWORD: '1000000/1s',
  RATE_LIMIT_RENAMING: '1000000/1s',
  RATE_LIMIT_POSTS: '1000000/1s',
  RATE_LIMIT_COMMENTS: '1000000/1s',
  RATE_LIMIT_LIKES: '1000000/1s',
};
