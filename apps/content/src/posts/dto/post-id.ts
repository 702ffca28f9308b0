import { z } from 'zod';

/** A post's id in an address. */
export const postId = z.uuid().toLowerCase();
