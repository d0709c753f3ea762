/** What simulators, load generator and conformance run share of an ISO 8583 link: its profile, cutting frames. One event loop thread. */
package io.daybreak.loadtest.link;
