/** The invisible start of Showtime's comment, by which the comment is found again. */
export const COMMENT_MARKER = "<!-- showtime -->";
