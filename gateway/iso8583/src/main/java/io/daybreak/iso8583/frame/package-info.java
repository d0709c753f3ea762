/**
 * Where one message ends and the next begins on a stream: lengths and headers. Pure functions over buffers; any thread.
 */
package io.daybreak.iso8583.frame;
