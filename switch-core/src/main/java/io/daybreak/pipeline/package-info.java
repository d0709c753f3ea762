/**
 * The ring and the stages behind it: ledger, durability, reply; the pipeline clock; admission. The only place of this
 * module that knows Disruptor and threads.
 */
package io.daybreak.pipeline;
