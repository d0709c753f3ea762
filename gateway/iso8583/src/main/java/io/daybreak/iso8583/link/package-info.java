/**
 * What a link speaks, as data: framing, dialect, MAC, sign-on, tables and limits, from a file; and the mapping of the business of
 * 1993 to that of 1987. Immutable after start; any thread.
 */
package io.daybreak.iso8583.link;
