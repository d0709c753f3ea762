/**
 * Messages for people and for tools: masked dumps, and messages as maps of texts. Off the hot path; it allocates.
 */
package io.daybreak.iso8583.text;
