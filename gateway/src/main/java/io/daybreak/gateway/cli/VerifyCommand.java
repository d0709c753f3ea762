package io.daybreak.gateway.cli;

import io.daybreak.gateway.launch.ExitCode;
import io.daybreak.gateway.replay.Json;
import io.daybreak.gateway.replay.ReplayException;
import io.daybreak.gateway.replay.SignedHead;
import io.daybreak.gateway.replay.Statements;
import io.daybreak.gateway.replay.Verifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;

/** Proves a journal. */
@Command(name = "verify", mixinStandardHelpOptions = true,
    description = {"Proves a journal: checksums, chain of hashes, every result and state digest by executing it again, conservation of money.",
        "Reads only, beside a running switch as well. Quiet but for its report, so that it serves as a cron job."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:Nothing was found.", "2:Wrong arguments or files.", "4:The journal is damaged; the report names the first bad sequence.",
        "11:The statement is not signed by the key."})
final class VerifyCommand implements Callable<Integer> {
    private static final long PROGRESS_STEP = 1_000_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private JournalOptions journal;

    @Option(names = "--sign", paramLabel = "KEYFILE", description = "Sign a statement of where the journal ends: private key of Ed25519, PEM, mode 0600.")
    private Path signKey;

    @Option(names = "--statement", paramLabel = "OUT", description = "File for that statement; must not be there yet.")
    private Path statement;

    @Option(names = "--against", paramLabel = "STATEMENT", description = "An earlier statement: the journal must still be what it says.")
    private Path against;

    @Option(names = "--public-key", paramLabel = "FILE", description = "Public key of who signed it, PEM.")
    private Path publicKey;

    @Override
    public Integer call() {
        return journal.run(spec, this::verify);
    }

    private ExitCode verify() throws IOException, ReplayException {
        if ((signKey == null) != (statement == null)) {
            throw new ReplayException(ReplayException.Reason.USAGE, "--sign and --statement go together");
        }
        if ((against == null) != (publicKey == null)) {
            throw new ReplayException(ReplayException.Reason.USAGE, "--against and --public-key go together");
        }
        SignedHead earlier = null;
        if (against != null) {
            earlier = SignedHead.read(against);
            earlier.check(SignedHead.publicKey(publicKey));
        }
        final Statements statements = signKey == null ? null : Statements.prepare(journal.data, signKey, statement);
        final Verifier verifier = new Verifier(journal.data, progress(), statements == null ? null : statements.leaves(), earlier);
        final boolean isGood = verifier.run();
        if (isGood && statements != null) {
            statements.sign(verifier);
        }
        final PrintWriter out = spec.commandLine().getOut();
        out.print(journal.isJson ? Json.pretty(verifier.toMap()) + System.lineSeparator() : verifier.toText());
        out.flush();
        return isGood ? ExitCode.OK : ExitCode.RECOVERY_REFUSED;
    }

    private LongConsumer progress() {
        if (System.console() == null || journal.isJson) {
            return sequence -> { };
        }
        final long[] next = {PROGRESS_STEP};
        return sequence -> {
            if (sequence >= next[0]) {
                next[0] = sequence + PROGRESS_STEP;
                spec.commandLine().getErr().print("\r" + sequence + " commands");
                spec.commandLine().getErr().flush();
            }
        };
    }
}
