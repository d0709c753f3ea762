package io.daybreak.journal;

import org.junit.jupiter.api.extension.ExtendWith;

/** All of {@link PowerLossTest} with payloads encrypted. */
@ExtendWith(EncryptedByDefault.class)
class EncryptedPowerLossTest extends PowerLossTest {
}
