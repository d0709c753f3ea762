/**
 * What the switch tells of itself in figures: a page in the text form that Prometheus reads. Counters are read where their owners keep
 * them; nothing here is on a payment's way. A thread of its own serves the page.
 */
package io.daybreak.gateway.metrics;
