package io.daybreak.loadtest.conformance;

import io.daybreak.loadtest.link.SimLink;

import java.time.Duration;
import java.util.Set;

/**
 * What a conformance run does.
 *
 * @param acquirer     DE 32
 * @param firstWallet  number of the first wallet that cases may use
 * @param wallets      how many; each case takes the next
 * @param only         ids of cases or rules; empty: all
 * @param issuerPort   where the issuer simulator listens; negative: none runs
 * @param patience     how long an answer may take
 * @param isQuick      leave out what takes long
 */
public record ConformanceSettings(String host, int port, SimLink link, String acquirer, int firstWallet, int wallets, Set<String> only,
                                  int issuerPort, SimLink issuerLink, Duration patience, boolean isQuick) {
}
