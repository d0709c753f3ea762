/**
 * How the state machine's state is written and read as a stream of bytes: versioned sections with marks and checksums, memory as it lies. Knows
 * no file. No thread of its own.
 */
package io.daybreak.state;
