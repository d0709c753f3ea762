/**
 * The flyweights that read and write messages in place: one pass, no copies, no allocation. Each belongs to one thread.
 */
package io.daybreak.iso8583.codec;
