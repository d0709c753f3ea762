/**
 * Dialects as data: which version, bitmap and field encodings a link speaks. Immutable after start; any thread may read them.
 */
package io.daybreak.iso8583.dialect;
