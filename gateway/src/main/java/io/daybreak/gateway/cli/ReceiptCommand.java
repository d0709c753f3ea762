package io.daybreak.gateway.cli;

import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.gateway.replay.Json;
import io.daybreak.gateway.replay.PaymentKey;
import io.daybreak.gateway.replay.Receipts;
import io.daybreak.gateway.replay.ReplayException;
import io.daybreak.gateway.replay.SignedHead;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;

/** Makes and checks receipts. */
@Command(name = "receipt", mixinStandardHelpOptions = true,
    description = {"Makes the receipt of a payment: its records, and their way to the root that a signed statement names; or checks one, without any journal."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:Made, or checked and good.", "2:Wrong arguments or files.", "4:The journal is damaged.",
        "10:The journal, or what the statement covers of it, does not have the payment; or there is no index.", "11:The receipt proves nothing."})
final class ReceiptCommand implements Callable<Integer> {
    private static final long MOST_BYTES = 16 << 20;

    @Spec
    private CommandSpec spec;

    @Mixin
    private JournalOptions journal;

    @Parameters(paramLabel = "ID", arity = "0..1", description = "Transfer id (32 hexadecimal digits) or retrieval reference (DE 37).")
    private String id;

    @Option(names = "--statement", paramLabel = "FILE", description = "Signed statement that covers the payment, see verify --sign.")
    private Path statement;

    @Option(names = "--check", paramLabel = "FILE", description = "Check this receipt.")
    private Path check;

    @Option(names = "--public-key", paramLabel = "FILE", description = "Public key of who signed it, PEM.")
    private Path publicKey;

    @Override
    public Integer call() {
        return journal.run(spec, check == null ? this::make : this::check);
    }

    private ExitCode make() throws IOException, ReplayException {
        if (id == null || statement == null) {
            throw new ReplayException(ReplayException.Reason.USAGE, "an ID and --statement are needed; or --check and --public-key");
        }
        spec.commandLine().getOut().println(Json.pretty(Receipts.make(journal.data, PaymentKey.parse(id), SignedHead.read(statement))));
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }

    private ExitCode check() throws IOException, ReplayException {
        if (id != null || publicKey == null) {
            throw new ReplayException(ReplayException.Reason.USAGE, "--check needs --public-key, and no ID");
        }
        if (!Files.isRegularFile(check)) {
            throw new NoSuchFileException(check.toString());
        }
        if (Files.size(check) > MOST_BYTES) {
            throw new ReplayException(ReplayException.Reason.USAGE, check + " is too large for a receipt");
        }
        final Map<String, Object> report = Receipts.check(Files.readString(check, StandardCharsets.UTF_8), SignedHead.publicKey(publicKey));
        journal.print(spec, report);
        return ExitCode.OK;
    }
}
