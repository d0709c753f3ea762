/**
 * Memory of the state machine's tables, taken from the operating system in huge pages and touched ahead of need. It
 * stands in this module because the native calls do.
 */
package io.daybreak.journal.memory;
