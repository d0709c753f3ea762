package io.daybreak.gateway.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.domain.properties.HasOwner;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The arrows between packages, and the purity of the state machine, read from the compiled classes. The rules and their
 * reasons: docs/architecture.md.
 */
final class ArchitectureTest {
    private static final String[] PURE = {
        "io.daybreak.machine..", "io.daybreak.ledger..", "io.daybreak.matching..", "io.daybreak.deadline..",
        "io.daybreak.memory..", "io.daybreak.participant..", "io.daybreak.reference..", "io.daybreak.state..", "io.daybreak.card..", "io.daybreak.merchant..", "io.daybreak.acquirer..",
        "io.daybreak.calendar..", "io.daybreak.limits..", "io.daybreak.payment..", "io.daybreak.routing.."};
    private static final String[] CORE = {
        "io.daybreak.machine..", "io.daybreak.ledger..", "io.daybreak.matching..", "io.daybreak.deadline..",
        "io.daybreak.memory..", "io.daybreak.participant..", "io.daybreak.reference..", "io.daybreak.state..", "io.daybreak.card..", "io.daybreak.merchant..", "io.daybreak.acquirer..",
        "io.daybreak.calendar..", "io.daybreak.limits..", "io.daybreak.payment..", "io.daybreak.routing..", "io.daybreak.port..", "io.daybreak.pipeline.."};

    /** Iterated in an order that depends on the machine, the run or the history; a replay must not see it. */
    private static final Set<String> UNORDERED = Set.of(
        "java.util.HashMap", "java.util.HashSet", "java.util.LinkedHashMap", "java.util.LinkedHashSet",
        "java.util.Hashtable", "java.util.IdentityHashMap", "java.util.WeakHashMap", "java.util.Map", "java.util.Set");

    private static final SourceTree TREE = SourceTree.find();

    private static JavaClasses all;

    @BeforeAll
    static void importClasses() {
        all = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.daybreak");
    }

    /** Without the classes the other rules would hold for want of anything to break them. */
    @Test
    void shouldSeeEveryPackageThatHasSources() {
        final Set<String> packages = new TreeSet<>();
        for (final Path file : TREE.files(".java")) {
            final String name = TREE.nameOf(file);
            final int start = name.indexOf("src/main/java/");
            // The load generator is built after the server; its arrows are checked in the poms.
            if (start >= 0 && !name.startsWith("loadtest") && !name.endsWith("package-info.java")) {
                packages.add(name.substring(start + "src/main/java/".length(), name.lastIndexOf('/')).replace('/', '.'));
            }
        }
        final Set<String> seen = new TreeSet<>();
        all.forEach(type -> seen.add(type.getPackageName()));
        assertThat(packages).hasSizeGreaterThan(4);
        assertThat(seen).containsAll(packages);
    }

    /** MAC-13: what is compared with a secret takes as long whatever the first byte is that differs; PINs and proofs of sign-on alike. */
    @Test
    void shouldCompareWithSecretsInConstantTime() {
        for (final String comparing : new String[] {"io.daybreak.iso8583.mac.AbstractMac", "io.daybreak.iso8583.mac.Tr31KeyBlock",
            "io.daybreak.gateway.pin.SoftwarePin", "io.daybreak.gateway.link.SignOn"}) {
            assertThat(all.get(comparing).getMethodCallsFromSelf().stream().filter(call -> call.getTarget().getOwner().isEquivalentTo(MessageDigest.class))
                .map(call -> call.getTarget().getName())).as(comparing).contains("isEqual");
        }
        noClasses().that().resideInAnyPackage("io.daybreak.iso8583.mac..", "io.daybreak.gateway.pin..")
            .should().callMethodWhere(DescribedPredicate.<JavaCall<?>>describe("ends at the first difference", call -> call.getTargetOwner().isEquivalentTo(Arrays.class)
                && Set.of("equals", "mismatch", "compare", "compareUnsigned").contains(call.getTarget().getName())))
            .check(all);
    }

    @Test
    void shouldKeepTheProtocolFreeOfEverythingElse() {
        classes().that().resideInAPackage("io.daybreak.protocol..")
            .should().onlyDependOnClassesThat().resideInAnyPackage(
                "io.daybreak.protocol..", "java..", "javax.crypto..", "org.agrona..")
            .because("clients in other products take it without the switch")
            .check(all);
    }

    @Test
    void shouldLetTheCoreKnowOnlyTheProtocolAgronaAndDisruptor() {
        classes().that().resideInAnyPackage(CORE)
            .should().onlyDependOnClassesThat().resideInAnyPackage(
                concat(CORE, "io.daybreak.protocol..", "java..", "org.agrona..", "com.lmax.disruptor.."))
            .because("the core knows no network, no journal's library and no file; it is given ports")
            .check(all);
    }

    @Test
    void shouldLetOnlyThePipelineKnowDisruptor() {
        noClasses().that().resideOutsideOfPackage("io.daybreak.pipeline..")
            .should().dependOnClassesThat().resideInAPackage("com.lmax..")
            .because("how commands are handed between threads is decided in one place")
            .check(all);
    }

    @Test
    void shouldLetOnlyTheJournalKnowChronicle() {
        noClasses().that().resideOutsideOfPackage("io.daybreak.journal..")
            .should().dependOnClassesThat().resideInAnyPackage("net.openhft..")
            .because("the journal's library must stay replaceable")
            .check(all);
    }

    @Test
    void shouldLetOnlyTheServerAndTheClientKnowNetty() {
        noClasses().that().resideOutsideOfPackages("io.daybreak.gateway..", "io.daybreak.client..", "io.daybreak.loadtest..")
            .should().dependOnClassesThat().resideInAnyPackage("io.netty..")
            .because("sockets end at the links")
            .check(all);
    }

    @Test
    void shouldLetTheJournalKnowOfTheCoreOnlyItsPorts() {
        noClasses().that().resideInAPackage("io.daybreak.journal..")
            .should().dependOnClassesThat().resideInAnyPackage("io.daybreak.gateway..", "io.daybreak.client..", "io.daybreak.pipeline..")
            .allowEmptyShould(true)
            .because("the journal implements ports; it never reaches into the ring or up to the server")
            .check(all);
    }

    @Test
    void shouldLetTheClientStandWithoutTheServer() {
        noClasses().that().resideInAPackage("io.daybreak.client..")
            .should().dependOnClassesThat(DescribedPredicate.describe("are ours, but neither client nor protocol",
                type -> type.getPackageName().startsWith("io.daybreak.")
                    && !type.getPackageName().startsWith("io.daybreak.client")
                    && !type.getPackageName().startsWith("io.daybreak.protocol")))
            .allowEmptyShould(true)
            .because("an acquirer depends on it alone")
            .check(all);
    }

    @Test
    void shouldLetTheIso8583CodecStandAlone() {
        classes().that().resideInAPackage("io.daybreak.iso8583..")
            .should().onlyDependOnClassesThat().resideInAnyPackage(
                "io.daybreak.iso8583..", "java..", "javax.crypto..", "org.agrona..", "com.typesafe.config..")
            .because("simulators and other products take it without the switch")
            .check(all);
    }

    @Test
    void shouldLetNobodyKnowTheServer() {
        noClasses().that().resideOutsideOfPackage("io.daybreak.gateway..")
            .should().dependOnClassesThat().resideInAnyPackage("io.daybreak.gateway..")
            .because("the server composes everything and is composed by nothing")
            .check(all);
    }

    @Test
    void shouldKeepPortsFreeOfLibraryTypes() {
        classes().that().resideInAPackage("io.daybreak.port..")
            .should().onlyDependOnClassesThat().resideInAnyPackage("io.daybreak.port..", "java..", "org.agrona")
            .because("a port outlives the library behind it")
            .check(all);
    }

    @Test
    void shouldKeepWhatDecidesAboutMoneyPure() {
        noClasses().that().resideInAnyPackage(PURE)
            .should().dependOnClassesThat(resideInAnyPackage(
                "java.io..", "java.net..", "java.nio.file..", "java.nio.channels..", "java.time..", "java.util.concurrent..",
                "java.util.logging..", "java.lang.ref..", "java.util.stream..", "org.slf4j..", "java.sql..", "javax..",
                "com.lmax..", "net.openhft..", "io.netty..", "io.daybreak.pipeline..")
                .or(DescribedPredicate.describe("start threads, draw lots, or read the machine they run on",
                    type -> Set.of("java.lang.ThreadLocal", "java.lang.Runtime", "java.lang.Process",
                        "java.lang.ProcessHandle", "java.util.Random", "java.util.SplittableRandom", "java.security.SecureRandom",
                        "java.util.UUID", "java.util.Timer", "java.util.Date", "java.util.Calendar", "java.util.Locale",
                        "java.lang.invoke.VarHandle").contains(type.getName())
                        || type.getName().startsWith("java.util.random.")))
                .or(DescribedPredicate.describe("are iterated in no fixed order", type -> UNORDERED.contains(type.getName()))))
            .because("the same commands must give the same state, bit for bit, on any machine and in any replay")
            .check(all);
    }

    @Test
    void shouldAskNoClockAndNoEnvironmentWhereMoneyIsDecided() {
        noClasses().that().resideInAnyPackage(PURE)
            .should().accessTargetWhere(DescribedPredicate.describe("asks the system, the clock or chance, or does more with a thread than look who it is",
                access -> switch (access.getTargetOwner().getName()) {
                    case "java.lang.System" -> !access.getName().equals("arraycopy");
                    case "java.lang.Thread" -> !access.getName().equals("currentThread");
                    case "java.lang.Math" -> access.getName().equals("random");
                    default -> false;
                }))
            .because("time comes with the command; a replay must not see another")
            .check(all);
    }

    @Test
    void shouldUseNoLocksWhereMoneyIsDecided() {
        classes().that().resideInAnyPackage(PURE).should(new ArchCondition<>("have one writer, and so no locks and no volatile fields") {
            @Override
            public void check(final JavaClass type, final ConditionEvents events) {
                for (final JavaMember member : type.getMembers()) {
                    if (member.getModifiers().contains(JavaModifier.SYNCHRONIZED)
                        || member instanceof JavaField && member.getModifiers().contains(JavaModifier.VOLATILE)) {
                        events.add(SimpleConditionEvent.violated(member, member.getFullName() + " is shared between threads"));
                    }
                }
            }
        }).because("state is plain fields, owned by the ledger thread").check(all);
    }

    @Test
    void shouldCalculateInIntegersWhereMoneyIsDecided() {
        noClasses().that().resideInAnyPackage(PURE)
            .should().accessTargetWhere(DescribedPredicate.describe("deals in floating point or decimals",
                access -> Set.of("double", "float", "java.lang.Double", "java.lang.Float", "java.math.BigDecimal")
                    .contains(owner(access.getTarget()))))
            .because("money is minor units in a long; overflow is a result code")
            .check(all);
    }

    /**
     * A capability's front (such as {@code journal}, with its settings and failures) and the packages below it are one
     * thing, and may know each other; capabilities may not, nor may the parts of one. {@code Main} knows everything.
     */
    @ParameterizedTest
    @ValueSource(strings = {"io.daybreak.(*)..", "io.daybreak.journal.(*)..", "io.daybreak.gateway.(*)..", "io.daybreak.iso8583.(*).."})
    void shouldHaveNoCyclesBetweenPackages(final String slices) {
        SlicesRuleDefinition.slices().matching(slices).should().beFreeOfCycles()
            .ignoreDependency(JavaClass.Predicates.simpleName("Main"), DescribedPredicate.alwaysTrue())
            .allowEmptyShould(true)
            .because("a package that needs another is read after it; a cycle has no beginning")
            .check(all);
    }

    @Test
    void shouldPrintOnlyWhereSomebodyAskedForOutput() {
        noClasses().that().resideOutsideOfPackages("io.daybreak.gateway.cli..", "io.daybreak.gateway.launch..", "io.daybreak.loadtest..")
            .should().accessField(System.class, "out").orShould().accessField(System.class, "err")
            .because("a server's output is READY, its logs, and the answers of its commands")
            .check(all);
    }

    private static String owner(final HasName target) {
        return target instanceof HasOwner<?> owned && owned.getOwner() instanceof HasName owner ? owner.getName() : "";
    }

    private static String[] concat(final String[] first, final String... second) {
        final String[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
