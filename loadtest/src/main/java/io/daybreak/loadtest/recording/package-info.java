/**
 * The clients' traffic of a recorded journal, read with the journal's own reader: what it holds, what a client can send again, and the requests
 * one after another. One thread reads, another takes; both are named where it matters.
 */
package io.daybreak.loadtest.recording;
