package io.daybreak.gateway.setup;

import io.daybreak.client.ClientOptions;
import io.daybreak.client.Credentials;
import io.daybreak.client.DaybreakClient;
import io.daybreak.gateway.link.LinkRig;
import io.daybreak.protocol.CardStatus;
import io.daybreak.protocol.codec.PutCardDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Set-up files applied to and exported from a switch over its native port. */
class SetupTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 23);

    private final List<String> told = new ArrayList<>();

    private static DaybreakClient client(final LinkRig rig) {
        return DaybreakClient.builder().address(rig.address().getAddress().getHostAddress(), rig.address().getPort())
            .credentials(Credentials.ofHex(rig.operator(), HexFormat.of().formatHex(rig.operatorSecret())))
            .options(ClientOptions.DEFAULT.withDeadline(Duration.ofSeconds(20))).connect();
    }

    private static String example() throws IOException {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("docs/setup-example.yaml"))) {
            directory = directory.getParent();
        }
        return Files.readString(directory.resolve("docs/setup-example.yaml"));
    }

    private boolean apply(final DaybreakClient client, final String text, final boolean isDryRun) throws SetupException {
        told.clear();
        return new SetupApplier(client, isDryRun, told::add).apply(SetupFile.parse(text, TODAY));
    }

    private static String export(final DaybreakClient client, final boolean isYaml) throws IOException, SetupException {
        final StringWriter out = new StringWriter();
        new SetupExporter(client).export(out, isYaml, TODAY);
        return out.toString();
    }

    @Test
    void shouldApplyTheExampleOnceAndExportWhatMakesAnEqualSwitch() throws Exception {
        try (LinkRig rig = LinkRig.create(); DaybreakClient client = client(rig); LinkRig other = LinkRig.create(); DaybreakClient otherClient = client(other)) {
            rig.configurePayments();
            other.configurePayments();
            final int count = SetupFile.parse(example(), TODAY).count();
            assertThat(apply(client, example(), true)).isTrue();
            assertThat(told).hasSize(count + 1).last().isEqualTo("dry run: " + count + " to add, 0 to change, 0 as they were");
            final long sequence = client.status().asOfSequence();
            assertThat(apply(client, example(), false)).as(told.toString()).isTrue();
            assertThat(told).last().isEqualTo(count + " added, 0 changed, 0 as they were");
            assertThat(client.status().asOfSequence()).as("the dry run journaled nothing").isEqualTo(sequence + count);
            assertThat(apply(client, example(), false)).isTrue();
            assertThat(told).containsExactly("0 added, 0 changed, " + count + " as they were");
            assertThat(client.status().asOfSequence()).isEqualTo(sequence + count);

            final String yaml = export(client, true);
            assertThat(export(client, true)).isEqualTo(yaml);
            assertThat(apply(otherClient, yaml, false)).as(told.toString()).isTrue();
            assertThat(export(otherClient, true)).isEqualTo(yaml);
            final String json = export(client, false);
            assertThat(json).startsWith("{");
            assertThat(apply(otherClient, json, false)).isTrue();
            assertThat(told).as("the same in the other form").hasSize(1);
            assertThat(apply(client, json, false)).isTrue();
            assertThat(told).hasSize(1);
        }
    }

    @Test
    void shouldTellWhatChangesAndWhatIsRefused() throws Exception {
        try (LinkRig rig = LinkRig.create(); DaybreakClient client = client(rig)) {
            rig.configurePayments();
            apply(client, example(), false);
            final String head = "format: daybreak-setup/1\n";
            assertThat(apply(client, head + "wallets:\n  - id: 2001\n    account: 2001\n    tier: 103\n    zone: 1\n", false)).isTrue();
            assertThat(told).containsExactly("changed, tier 104 -> 103: wallets 2001", "0 added, 1 changed, 0 as they were");
            assertThat(apply(client, head + "wallets:\n  - {id: 2001, account: 77}\n  - {id: 2002, account: 2002, tier: 104, zone: 1}\n", false)).isFalse();
            assertThat(told.get(0)).isEqualTo("line 3, column 5: not changed, account 2001 -> 77, tier 103 -> 0, zone 1 -> 0: wallets 2001:"
                + " RECORD_NAMES_AN_UNKNOWN_ACCOUNT");
            assertThat(told.get(1)).isEqualTo("0 added, 0 changed, 1 as they were, 1 refused");
            assertThat(apply(client, head + "accounts:\n  - {id: 2001, ledger: 978, code: 1}\n", false)).isFalse();
            assertThat(told.get(0)).contains("ACCOUNT_EXISTS_WITH_DIFFERENT_CONTENTS");
            assertThat(apply(client, head + "terminals:\n  - {id: T2000001, institution: 200001, status: removed}\n", false)).isTrue();
            assertThat(told.get(0)).startsWith("changed, status active -> removed: terminals T2000001 200001");
            assertThat(apply(client, head + "terminals:\n  - {id: T2000001, institution: 200001, status: removed}\n", false)).isTrue();
            assertThat(told).containsExactly("0 added, 0 changed, 1 as they were");
            assertThat(export(client, true)).doesNotContain("T2000001");
        }
    }

    /** The negative file and the open date are the switch's own: a file that does not speak of them leaves them. */
    @Test
    void shouldLeaveToTheSwitchWhatChangesWhileItRuns() throws Exception {
        try (LinkRig rig = LinkRig.create(); DaybreakClient client = client(rig)) {
            rig.configurePayments();
            apply(client, example(), false);
            final UnsafeBuffer card = client.reference(PutCardDecoder.TEMPLATE_ID, 0, 1).messages().get(0);
            card.putShort(8 + PutCardDecoder.flagsEncodingOffset(), (short) CardStatus.NEGATIVE_FILE);
            assertThat(client.administer(card).isApplied()).isTrue();
            assertThat(apply(client, example(), false)).isTrue();
            assertThat(told).hasSize(1);
            assertThat(export(client, true)).contains("negative-file: true", "first-date: 2");
            assertThat(apply(client, example().replace("first-date", "x").replace("grace: 60m", "grace: 30m\n    first-date: 20200101"), false)).isTrue();
            assertThat(told.get(0)).isEqualTo("changed, grace 1h -> 30m: day-groups 10");
        }
    }

    @Test
    void shouldRefuseToWorkForWhoMayNotRead() throws Exception {
        try (LinkRig rig = LinkRig.create()) {
            rig.configurePayments();
            try (DaybreakClient stranger = DaybreakClient.builder().address(rig.address().getAddress().getHostAddress(), rig.address().getPort())
                .credentials(Credentials.ofHex("ACQ002", "02".repeat(32))).connect()) {
                assertThatThrownBy(() -> export(stranger, true)).isInstanceOf(SetupException.class).hasMessageContaining("NOT_GRANTED");
            }
        }
    }
}
