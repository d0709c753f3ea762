package io.daybreak.journal;

import org.junit.jupiter.api.extension.ExtendWith;

/** All of {@link RoundTripTest} with payloads encrypted. */
@ExtendWith(EncryptedByDefault.class)
class EncryptedRoundTripTest extends RoundTripTest {
}
