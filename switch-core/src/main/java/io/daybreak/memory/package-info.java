/**
 * Off-heap memory in slabs of one size, so that tables grow without copying and forget without freeing. No thread of
 * its own.
 */
package io.daybreak.memory;
