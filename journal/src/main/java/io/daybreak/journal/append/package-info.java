/**
 * The writing side. The ledger thread packs entries into the ring; the durability thread seals them, writes them to the
 * commit log and appends them to the queue; the flusher thread syncs the queue behind both and makes files ahead of need.
 */
package io.daybreak.journal.append;
