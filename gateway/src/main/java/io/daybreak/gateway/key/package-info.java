/**
 * The key file: every key that the switch keeps, in one file for its owner's eyes only. Read at start; written when a key
 * is exchanged or a new day needs one. Cold path, any thread.
 */
package io.daybreak.gateway.key;
