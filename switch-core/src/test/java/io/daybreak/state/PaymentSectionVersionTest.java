package io.daybreak.state;

import io.daybreak.memory.CollectedSlabs;
import io.daybreak.payment.PaymentTable;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An image of payments that does not say which DE 33 they had is refused, not taken for one in which none had any. */
class PaymentSectionVersionTest {
    @Test
    void shouldRefuseAnImageWithoutForwardingInstitutions() {
        try (CollectedSlabs slabs = new CollectedSlabs()) {
            final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            // The section's head tells its version; what follows is not looked at.
            new StateWriter(ImageBytes.sink(bytes)).section("payments", 1, image -> image.word(1_024));
            final PaymentTable loaded = new PaymentTable(slabs);
            assertThatThrownBy(() -> new StateReader(ImageBytes.source(bytes.toByteArray())).section("payments", 2, loaded))
                .isInstanceOf(StateFormatException.class).hasMessageContaining("start from the journal");
        }
    }
}
