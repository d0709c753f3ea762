package io.daybreak.iso8583.link;
import org.junit.jupiter.api.Test;
import static org.assertj.core.api.Assertions.assertThat;
final class LinkProfileTest {
    @Test void shouldLoadEveryBuiltInOne() {
        for (String n : LinkProfile.BUILT_IN) { LinkProfile p = LinkProfile.builtIn(n); assertThat(p.name()).isEqualTo(n); }
    }
}
