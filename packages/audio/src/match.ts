/** Whether bytes are the beginning of something: not, as far as they go, or certainly. */
export type Match = 'no' | 'so_far' | 'yes';
