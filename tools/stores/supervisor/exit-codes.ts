/** Another supervisor has the profile: connect to that one. (EX_TEMPFAIL of sysexits.h) */
export const LOCK_IS_HELD = 75;
