/**
 * Words that both ends of the native protocol share beyond the generated codecs: result codes, flags, limits, ids,
 * the session's proof. No thread of its own; everything is static or immutable.
 */
package io.daybreak.protocol;
