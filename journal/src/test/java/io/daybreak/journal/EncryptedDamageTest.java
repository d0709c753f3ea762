package io.daybreak.journal;

import org.junit.jupiter.api.extension.ExtendWith;

/** All of {@link DamageTest} with payloads encrypted. */
@ExtendWith(EncryptedByDefault.class)
class EncryptedDamageTest extends DamageTest {
}
