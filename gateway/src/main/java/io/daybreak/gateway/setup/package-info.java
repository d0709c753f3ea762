/**
 * Set-up files: what the operator puts into a switch, as YAML or JSON, applied and exported over the native protocol. A
 * tool's part: nothing of it runs in the server.
 */
package io.daybreak.gateway.setup;
