/** What a run found, for people (a table, a line while it runs) and for programs (JSON, a histogram log). */
package io.daybreak.loadtest.report;
