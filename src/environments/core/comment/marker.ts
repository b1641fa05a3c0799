/** What the comment of Showtime starts with, invisible to people: how it is found again. */
export const COMMENT_MARKER = "<!-- showtime -->";
