package io.daybreak.model;

import io.daybreak.protocol.AccountFlags;
import io.daybreak.protocol.Participants;
import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A seeded stream of commands that knows how to reach every rule: valid ones, broken ones, boundaries, repeats, chains,
 * holds that fall due between commands, administration in between. It looks at the naive ledger to aim (what is left of
 * a hold, when the next deadline falls), so the same seed and profile give the same stream.
 * <p>
 * One thread. {@link #next} gives the step, the caller applies it to the naive ledger first and tells the answers with
 * {@link #note}.
 */
public final class Workload {
    /** First instant of the ordinary profiles: 2026-11-01T00:00:00Z in nanoseconds. */
    public static final long START_NS = 1_793_491_200_000_000_000L;

    private static final long NS_PER_MS = 1_000_000;
    private static final int OPERATOR = Participants.FIRST_OPERATOR;
    private static final int EVERYWHERE = 2;
    private static final int BY_ACCOUNT = 3;
    private static final int BY_CODE = 4;
    private static final int BARRED = 5;
    private static final int WITHOUT_GRANTS = 6;
    private static final int BY_LEDGER = 7;
    private static final int MANY_GRANTS = 8;
    private static final int UNKNOWN = 99;
    private static final int CODE_GRANTED = 7;
    private static final long FIRST_WHALE = 5_000;
    private static final long UNKNOWN_ACCOUNT = 900_000;
    private static final int RECENT = 1_500;
    private static final int RECENT_HOLDS = 120;
    private static final int OLDEST = 200;
    /** A lot of records that is forgotten at once, and some more. */
    private static final int FLOOD = 32_768 + 2_000;
    private static final long MAX_TIMEOUT_MS = 0xFFFF_FFFFL;

    private final SplittableRandom random;
    private final NaiveLedger ledger;
    private final Profile profile;
    private final Deque<Step> planned = new ArrayDeque<>();
    private final List<Step.Single> recent = new ArrayList<>();
    private final List<Step.Chain> recentChains = new ArrayList<>();
    private final List<NaiveHold.Key> recentHolds = new ArrayList<>();
    /** Some of the oldest holds and transfers: long after, their records are forgotten and their ids are not. */
    private final List<Step.Single> oldest = new ArrayList<>();
    private final List<AccountCommand> accounts = new ArrayList<>();
    private final List<AccountCommand> whales = new ArrayList<>();
    private final List<GrantCommand> grants = new ArrayList<>();
    private final Map<Integer, Long> produced = new TreeMap<>();
    private long nextAccountId = 1;
    private long nextWhaleId = FIRST_WHALE;
    private long nextLedger = 1_000;
    private long nextIdLo = 1;
    private long nowNs;
    private int leftInEntry;

    public Workload(final long seed, final Profile profile, final NaiveLedger ledger) {
        random = new SplittableRandom(seed);
        this.profile = profile;
        this.ledger = ledger;
        nowNs = profile.startNs;
        planSetup();
    }

    /** Result codes given so far, with their counts. */
    public Map<Integer, Long> produced() {
        return produced;
    }

    /** Must be told the answers of each step, before the next one is asked for. */
    public void note(final Step step, final List<Answer> answers) {
        for (final Answer answer : answers) {
            produced.merge(answer.result(), 1L, Long::sum);
        }
        if (step instanceof Step.Single single && single.command() instanceof AccountCommand account
            && answers.get(0).result() == Result.ACCOUNT_CAPACITY_REACHED) {
            accounts.remove(account);
            whales.remove(account);
        }
        if (step instanceof Step.Single single && single.command() instanceof TransferCommand transfer) {
            remember(recent, single, RECENT);
            if (oldest.size() < OLDEST && answers.get(0).result() == Result.OK) {
                oldest.add(single);
            }
            noteHold(single.participantId(), transfer, answers.get(0));
        } else if (step instanceof Step.Chain chain) {
            remember(recentChains, chain, RECENT);
            for (int i = 0; i < answers.size(); i++) {
                final TransferCommand member = chain.members().get(i);
                remember(recent, new Step.Single(chain.participantId(), member), RECENT);
                noteHold(chain.participantId(), member, answers.get(i));
            }
        }
    }

    private void noteHold(final int participantId, final TransferCommand transfer, final Answer answer) {
        if (transfer.has(TransferFlags.PENDING) && (answer.result() == Result.OK || chance(5))) {
            remember(recentHolds, new NaiveHold.Key(participantId, transfer.id()), RECENT_HOLDS);
        }
    }

    private <T> void remember(final List<T> list, final T value, final int limit) {
        if (list.size() < limit) {
            list.add(value);
        } else {
            list.set(random.nextInt(limit), value);
        }
    }

    /** The next step. */
    public Step next() {
        if (!planned.isEmpty()) {
            return planned.poll();
        }
        if (profile.floods && oldest.size() == OLDEST) {
            planFlood();
        }
        if (leftInEntry == 0) {
            leftInEntry = 1 + (chance(30) ? 0 : random.nextInt(12));
            nowNs = nextTime();
            return new Step.Begin(nowNs);
        }
        leftInEntry--;
        if (ledger.openHoldCount() >= profile.limits.holdCapacity() && chance(20)) {
            return releaseOne();
        }
        final int dice = random.nextInt(1_000);
        if (dice < 780) {
            final int participant = pickParticipant();
            return new Step.Single(participant, nextTransfer(participant));
        } else if (dice < 850) {
            return nextChain();
        } else if (dice < 905) {
            return nextRepeat();
        } else if (dice < 935) {
            return administration(nextAccount());
        } else if (dice < 965) {
            return administration(nextAction());
        } else if (dice < 980) {
            return new Step.Single(Participants.SYSTEM, new TickCommand());
        } else {
            return nextAdministration();
        }
    }

    /** Once: so many transfers that the records of those before are forgotten. */
    private void planFlood() {
        plan(OPERATOR, AccountCommand.account(UNKNOWN_ACCOUNT + 500));
        plan(OPERATOR, AccountCommand.account(UNKNOWN_ACCOUNT + 501));
        for (int i = 0; i < FLOOD; i++) {
            if (i % 500 == 0) {
                planned.add(new Step.Begin(++nowNs));
            }
            plan(OPERATOR, TransferCommand.transfer(freshId(), UNKNOWN_ACCOUNT + 500, UNKNOWN_ACCOUNT + 501, 1));
        }
        oldest.addAll(oldest.subList(0, 1));
    }

    /** Makes room for another hold. */
    private Step releaseOne() {
        final List<NaiveHold.Key> open = ledger.openHoldKeys();
        final NaiveHold.Key key = pick(open);
        return new Step.Single(key.participantId(), chance(50) ? TransferCommand.release(nextId(), key.id(), 0)
            : TransferCommand.post(nextId(), key.id(), TransferFlags.AMOUNT_ALL));
    }

    // ----- time -----------------------------------------------------------------------------------------------------

    private long nextTime() {
        final long due = ledger.nextDeadlineNs();
        final int dice = random.nextInt(100);
        if (dice < 12 && due != Long.MAX_VALUE && due - 1 > nowNs && due - nowNs < 60_000 * NS_PER_MS) {
            return due - 1 + random.nextInt(3);
        } else if (dice < 70) {
            return nowNs + 1 + random.nextLong(1_000);
        } else if (dice < 97) {
            return nowNs + 1 + random.nextLong(20 * NS_PER_MS);
        } else {
            return nowNs + 1 + random.nextLong(2_000 * NS_PER_MS);
        }
    }

    private long nextTimeoutMs() {
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> 0;
            case 4 -> MAX_TIMEOUT_MS;
            case 5, 6 -> 60_000;
            case 7, 8, 9 -> 1 + random.nextInt(3);
            // Many holds fall due at one instant.
            case 10, 11, 12 -> 100;
            default -> 1 + random.nextInt(1_000);
        };
    }

    // ----- transfers ------------------------------------------------------------------------------------------------

    private int pickParticipant() {
        final int dice = random.nextInt(100);
        if (dice < 30) {
            return OPERATOR;
        } else if (dice < 65) {
            return EVERYWHERE;
        } else if (dice < 75) {
            return BY_ACCOUNT;
        } else if (dice < 85) {
            return BY_CODE;
        } else if (dice < 95) {
            return BY_LEDGER;
        } else {
            return List.of(Participants.SYSTEM, BARRED, WITHOUT_GRANTS, UNKNOWN, WITHOUT_GRANTS).get(dice - 95);
        }
    }

    private Id nextId() {
        final long nowMs = nowNs / NS_PER_MS;
        final long toleranceMs = profile.limits.idFutureToleranceMs();
        final long lo = nextIdLo++ << 20 | random.nextInt(1 << 20);
        return switch (random.nextInt(100)) {
            case 0 -> Id.at(nowMs + toleranceMs, lo);
            case 1 -> Id.at(nowMs + toleranceMs + 1, lo);
            case 2, 3, 4 -> Id.at(nowMs + random.nextLong(toleranceMs + 1), lo);
            case 5, 6, 7 -> Id.at(nowMs - random.nextLong(60_000), lo);
            default -> new Id(nowMs - random.nextLong(2_000) << 16 | random.nextInt(1 << 16), lo);
        };
    }

    private TransferCommand nextTransfer(final int participant) {
        TransferCommand transfer;
        final int dice = random.nextInt(100);
        if (dice < 32) {
            transfer = nextBetween(participant);
        } else if (dice < 52) {
            transfer = nextBetween(participant).plusFlags(TransferFlags.PENDING).timeoutMs(nextTimeoutMs());
        } else if (dice < 82) {
            transfer = nextOnHold(participant);
        } else if (dice < 90) {
            transfer = nextBalancing(participant);
        } else if (dice < 92) {
            transfer = nextBetween(participant).timeoutMs(chance(80) ? 1 + random.nextInt(200) : 0)
                .plusFlags(TransferFlags.PENDING | anyInt(TransferFlags.CLOSING_DEBIT, TransferFlags.CLOSING_CREDIT,
                    TransferFlags.CLOSING_DEBIT | TransferFlags.CLOSING_CREDIT));
        } else {
            transfer = nextOfWhales();
        }
        if (chance(30)) {
            transfer = transfer.userData128(new Id(random.nextLong(), random.nextLong())).userData64(random.nextLong());
        }
        for (int i = chance(7) ? 1 + random.nextInt(2) : 0; i > 0; i--) {
            transfer = broken(transfer);
        }
        return transfer;
    }

    private TransferCommand nextBetween(final int participant) {
        final AccountCommand debit = pickAccount();
        AccountCommand credit = pickAccount();
        for (int i = 0; i < 30 && (credit.id() == debit.id() || credit.ledger() != debit.ledger()) && !chance(2); i++) {
            credit = pickAccount();
        }
        TransferCommand transfer = TransferCommand.transfer(nextId(), debit.id(), credit.id(), nextAmount())
            .ledger(chance(2) ? 3 - debit.ledger() & 0xFFFF_FFFFL : debit.ledger()).code(1 + random.nextInt(3));
        if (chance(1)) {
            transfer = transfer.debit(UNKNOWN_ACCOUNT + random.nextInt(3));
        }
        if (chance(1)) {
            transfer = transfer.credit(UNKNOWN_ACCOUNT + random.nextInt(3));
        }
        return participant == BY_CODE && chance(50) ? transfer.amount(1) : transfer;
    }

    private AccountCommand pickAccount() {
        // The newest accounts, so that old ones may stay closed.
        final int window = Math.min(accounts.size(), profile.liveAccounts);
        return accounts.get(accounts.size() - 1 - random.nextInt(window));
    }

    private long nextAmount() {
        return switch (random.nextInt(25)) {
            case 0 -> 1;
            case 1 -> 1 + random.nextLong(1_000_000);
            case 2 -> random.nextLong(Long.MAX_VALUE);
            default -> 1 + random.nextLong(1_000);
        };
    }

    private TransferCommand nextBalancing(final int participant) {
        final TransferCommand transfer = nextBetween(participant).plusFlags(anyInt(TransferFlags.BALANCING_DEBIT,
            TransferFlags.BALANCING_CREDIT, TransferFlags.BALANCING_DEBIT | TransferFlags.BALANCING_CREDIT))
            .amount(anyLong(TransferFlags.AMOUNT_ALL, Long.MAX_VALUE, 1L + random.nextInt(5_000)));
        return chance(40) ? transfer.plusFlags(TransferFlags.PENDING).timeoutMs(nextTimeoutMs()) : transfer;
    }

    /** Amounts around 2^63 between accounts without limits; used-up whales are replaced. */
    private TransferCommand nextOfWhales() {
        if (whales.size() < 4 || chance(12)) {
            final AccountCommand whale = AccountCommand.account(nextWhaleId++);
            planned.add(new Step.Single(OPERATOR, whale));
            whales.add(whale);
        }
        final int window = Math.min(4, whales.size());
        final int debit = random.nextInt(window);
        final int credit = window == 1 ? 0 : (debit + 1 + random.nextInt(window - 1)) % window;
        final long amount = anyLong(Long.MAX_VALUE, Long.MAX_VALUE - 1, 1L << 62, (1L << 62) - 1, Long.MAX_VALUE / 3, 1L,
            Long.MAX_VALUE - 1_000);
        final TransferCommand transfer = TransferCommand.transfer(nextId(), whales.get(whales.size() - 1 - debit).id(),
            whales.get(whales.size() - 1 - credit).id(), amount);
        return chance(55) ? transfer.plusFlags(TransferFlags.PENDING).timeoutMs(nextTimeoutMs()) : transfer;
    }

    private TransferCommand nextOnHold(final int participant) {
        NaiveHold.Key key = recentHolds.isEmpty() ? new NaiveHold.Key(participant, nextId()) : pick(recentHolds);
        for (int i = 0; i < 20 && (key.participantId() != participant || ledger.left(participant, key.id()) == null)
            && !chance(4) && !recentHolds.isEmpty(); i++) {
            key = pick(recentHolds);
        }
        Id pendingId = key.id();
        if (chance(3)) {
            pendingId = chance(50) || recent.isEmpty() ? nextId() : ((TransferCommand) pick(recent).command()).id();
        } else if (chance(2) && !oldest.isEmpty()) {
            final Step.Single old = pick(oldest);
            return TransferCommand.release(nextId(), ((TransferCommand) old.command()).id(), 0);
        }
        final long left = ledger.left(participant, pendingId) == null ? 1_000
            : ledger.left(participant, pendingId).longValueExact();
        final long part = anyLong(1L, left, Math.max(1, left / 2), Math.max(1, left / 3),
            left == Long.MAX_VALUE ? left : left + 1);
        TransferCommand transfer = switch (random.nextInt(10)) {
            case 0, 1, 2 -> TransferCommand.post(nextId(), pendingId, part);
            case 3 -> TransferCommand.post(nextId(), pendingId, anyLong(TransferFlags.AMOUNT_ALL, part))
                .plusFlags(TransferFlags.FINAL);
            case 4 -> TransferCommand.post(nextId(), pendingId, TransferFlags.AMOUNT_ALL);
            case 5 -> TransferCommand.release(nextId(), pendingId, 0);
            case 6 -> TransferCommand.release(nextId(), pendingId, part);
            case 7 -> TransferCommand.increase(nextId(), pendingId, nextAmount());
            case 8 -> TransferCommand.extend(nextId(), pendingId, Math.max(1, nextTimeoutMs()));
            default -> TransferCommand.increase(nextId(), pendingId, nextAmount()).plusFlags(TransferFlags.EXTEND)
                .timeoutMs(Math.max(1, nextTimeoutMs()));
        };
        final TransferCommand original = ledger.openHold(participant, pendingId);
        if (original != null && chance(20)) {
            transfer = transfer.debit(original.debitAccountId()).credit(original.creditAccountId())
                .ledger(original.ledger()).code(original.code());
        }
        return chance(8) ? withOneOther(transfer, original) : transfer;
    }

    private TransferCommand withOneOther(final TransferCommand transfer, final TransferCommand original) {
        final TransferCommand base = original == null ? transfer : original;
        return switch (random.nextInt(4)) {
            case 0 -> transfer.debit(base.debitAccountId() + 1);
            case 1 -> transfer.credit(base.creditAccountId() + 1);
            case 2 -> transfer.ledger(base.ledger() + 1);
            default -> transfer.code(base.code() + 1);
        };
    }

    /** Breaks one rule of the contents, or at least tries to. */
    private TransferCommand broken(final TransferCommand t) {
        return switch (random.nextInt(19)) {
            case 0 -> t.id(Id.ZERO);
            case 1 -> t.id(Id.MAX);
            case 2 -> t.reserved(anyLong(1L, 0x8000_0000L));
            case 3 -> t.plusFlags(1 << 11 + random.nextInt(5));
            case 4 -> t.plusFlags(1 << 1 + random.nextInt(10));
            case 5 -> t.plusFlags(TransferFlags.FINAL);
            case 6 -> t.pendingId(Id.ZERO);
            case 7 -> t.pendingId(Id.MAX);
            case 8 -> t.pendingId(t.id());
            case 9 -> t.timeoutMs(t.timeoutMs() == 0 ? 1 : 0);
            case 10 -> t.debit(0);
            case 11 -> t.credit(0);
            case 12 -> t.debit(7).credit(7);
            case 13 -> t.amount(anyLong(Long.MIN_VALUE, -2L, -1L));
            case 14 -> t.amount(0);
            case 15 -> t.amount(5);
            case 16 -> t.ledger(0);
            case 17 -> t.code(0);
            default -> t.pendingId(new Id(1, 1));
        };
    }

    // ----- chains and repeats ---------------------------------------------------------------------------------------

    private Step nextChain() {
        if (!recentChains.isEmpty() && chance(8)) {
            return changedChain(pick(recentChains));
        }
        final int participant = chance(70) ? OPERATOR : pickParticipant();
        final int length = chance(5) ? 20 + random.nextInt(30) : 2 + random.nextInt(4);
        final List<TransferCommand> members = new ArrayList<>();
        // Mostly simple members, or no long chain would ever succeed.
        final boolean simple = chance(70);
        while (members.size() < length) {
            if (!members.isEmpty() && chance(15)) {
                // Works on a hold that the chain itself made.
                final TransferCommand before = members.get(random.nextInt(members.size()));
                members.add(chance(50) ? TransferCommand.post(nextId(), before.id(), TransferFlags.AMOUNT_ALL)
                    : TransferCommand.release(nextId(), before.id(), 0));
            } else if (simple && !chance(10)) {
                final TransferCommand plain = TransferCommand.transfer(freshId(), 1, 2, 1 + random.nextInt(3));
                members.add(chance(60) ? plain : plain.flags(TransferFlags.PENDING).timeoutMs(nextTimeoutMs()));
            } else {
                members.add(nextTransfer(participant));
            }
        }
        if (chance(4)) {
            members.set(length - 1, members.get(length - 1).id(members.get(0).id()));
        }
        return new Step.Chain(participant, TransferCommand.chain(members));
    }

    private Id freshId() {
        return Id.at(nowNs / NS_PER_MS, nextIdLo++ << 20 | random.nextInt(1 << 20));
    }

    private Step changedChain(final Step.Chain chain) {
        final List<TransferCommand> members = new ArrayList<>(chain.members());
        switch (random.nextInt(5)) {
            case 0 -> members.set(0, members.get(0).amount(77));
            case 1 -> members.set(members.size() - 1, members.get(members.size() - 1).id(freshId()));
            case 2 -> members.add(0, TransferCommand.transfer(freshId(), 1, 2, 1).flags(TransferFlags.LINKED));
            default -> {
                // The very same again.
            }
        }
        return new Step.Chain(chain.participantId(), members);
    }

    private Step nextRepeat() {
        if (recent.isEmpty()) {
            return new Step.Single(Participants.SYSTEM, new TickCommand());
        }
        final Step.Single single = pick(recent);
        // A member of a chain keeps its flag LINKED and so cannot stand alone.
        final TransferCommand known = (TransferCommand) single.command();
        final TransferCommand alone = known.flags(known.flags() & ~TransferFlags.LINKED);
        return switch (random.nextInt(8)) {
            case 0 -> new Step.Single(single.participantId(), changed(alone));
            case 1 -> new Step.Single(pickParticipant(), alone);
            default -> new Step.Single(single.participantId(), alone);
        };
    }

    private TransferCommand changed(final TransferCommand t) {
        return switch (random.nextInt(8)) {
            case 0 -> t.amount(t.amountMinor() == 3 ? 4 : 3);
            case 1 -> t.userData64(t.userData64() + 1);
            case 2 -> t.userData128(new Id(t.userData128().hi() ^ Long.MIN_VALUE, t.userData128().lo()));
            case 3 -> t.code(t.code() + 1 & 0xFFFF);
            case 4 -> t.debit(t.debitAccountId() + 1);
            case 5 -> t.credit(t.creditAccountId() + 1);
            case 6 -> t.ledger(t.ledger() + 1);
            default -> t.timeoutMs(t.timeoutMs() + 1 & MAX_TIMEOUT_MS);
        };
    }

    // ----- accounts and administration ------------------------------------------------------------------------------

    private Step administration(final Command command) {
        return new Step.Single(chance(5) ? anyInt(EVERYWHERE, BARRED, UNKNOWN) : OPERATOR, command);
    }

    private AccountCommand newAccount() {
        final int limit = anyInt(0, 0, 0, AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS,
            AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS, AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS);
        final AccountCommand account = AccountCommand.account(nextAccountId++).ledger(chance(70) ? 1 : 2)
            .code(anyInt(1, 2, CODE_GRANTED)).flags(limit | (chance(30) ? AccountFlags.HISTORY : 0))
            .userData64(random.nextLong()).userData128(new Id(random.nextLong(), random.nextLong()));
        accounts.add(account);
        return account;
    }

    private AccountCommand nextAccount() {
        final AccountCommand known = pickAccount();
        return switch (random.nextInt(20)) {
            case 0 -> known;
            case 1 -> known.flags(known.flags() ^ AccountFlags.HISTORY);
            case 2 -> known.userData64(known.userData64() + 1);
            case 3 -> known.id(anyLong(0L, -1L));
            case 4 -> known.id(nextAccountId).flags(AccountFlags.FROZEN_DEBITS);
            case 5 -> known.id(nextAccountId).flags(AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS
                | AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS);
            case 6 -> known.id(nextAccountId).ledger(0);
            case 7 -> known.id(nextAccountId).code(0);
            case 8, 9, 10 -> AccountCommand.account(Long.MIN_VALUE + nextLedger).ledger(nextLedger++);
            default -> newAccount();
        };
    }

    private AccountActionCommand nextAction() {
        final long accountId = chance(3) ? UNKNOWN_ACCOUNT : pickAccount().id();
        final int sides = 1 + random.nextInt(3);
        return switch (random.nextInt(16)) {
            case 0, 1 -> AccountActionCommand.freeze(accountId, sides);
            case 2, 3, 4, 5, 6, 7 -> AccountActionCommand.unfreeze(accountId, sides);
            case 8, 9 -> AccountActionCommand.close(accountId);
            case 10 -> AccountActionCommand.freeze(accountId, anyInt(0, 4, 7));
            case 11 -> new AccountActionCommand(accountId, AccountFlags.ACTION_CLOSE, 1, 0);
            case 12 -> new AccountActionCommand(accountId, anyInt(0, 4), 1, 0);
            case 13 -> new AccountActionCommand(accountId, AccountFlags.ACTION_FREEZE, 1, 1);
            // An account that is closed now and then for good: made for it, without balance.
            case 14 -> AccountActionCommand.close(closable());
            default -> AccountActionCommand.unfreeze(accountId, 3);
        };
    }

    private long closable() {
        final long id = UNKNOWN_ACCOUNT + 100 + random.nextInt(20);
        planned.add(new Step.Single(OPERATOR, AccountActionCommand.close(id)));
        planned.addFirst(new Step.Single(OPERATOR, AccountCommand.account(id)));
        return id;
    }

    private Step nextAdministration() {
        return switch (random.nextInt(12)) {
            case 0, 1 -> administration(grantOrRemoval());
            case 2 -> administration(pick(
                GrantCommand.grantAccount(UNKNOWN, 1, 1), GrantCommand.grantAccount(BY_ACCOUNT, 1, 0),
                GrantCommand.grantAccount(BY_ACCOUNT, 1, 4), GrantCommand.grantRange(BY_ACCOUNT, 5, 4, 1),
                GrantCommand.grantAccount(BY_ACCOUNT, 1, 1).kind(4), GrantCommand.grantAccount(BY_ACCOUNT, 1, 1).kind(0),
                GrantCommand.grantAccount(BY_ACCOUNT, 1, 1).reserved(1),
                GrantCommand.grantAccount(BY_ACCOUNT, 123_456_789, 1).removal()));
            case 3 -> administration(ParticipantCommand.participant(WITHOUT_GRANTS, "NOGRANT").keyId(random.nextInt(9)));
            case 4 -> administration(pick(
                ParticipantCommand.participant(0, "ZERO"), ParticipantCommand.participant(65_536, "HUGE"),
                ParticipantCommand.participant(30, ""), ParticipantCommand.participant(30, "UML\u00c4UT"),
                ParticipantCommand.participant(30, "ROLES").roles(8), ParticipantCommand.participant(30, "RATE").burstMs(1),
                ParticipantCommand.participant(30, "RATE").requestsPerSecond(1),
                ParticipantCommand.participant(30, "CAP").idCapacity(1_023),
                ParticipantCommand.participant(30, "CAP").idCapacity(profile.limits.idCapacity()),
                ParticipantCommand.participant(30, "NOGRANT")));
            case 5 -> administration(profile.limits);
            case 6 -> administration(new ConfigureCommand(0, 0, 0, 0, 0, 0, 0, 0, 0));
            case 7 -> administration(new AcceptClockCommand(nowNs + anyLong(-1L, 0L, 1L, 1_000_000_000L)));
            case 8 -> administration(new RaiseRulesCommand(anyLong(0L, 1L, 2L, 99L), 0));
            case 9 -> administration(new RaiseRulesCommand(1, 1));
            default -> new Step.Single(Participants.SYSTEM, new TickCommand());
        };
    }

    private GrantCommand grantOrRemoval() {
        if (!grants.isEmpty() && chance(45)) {
            return grants.remove(random.nextInt(grants.size())).removal();
        }
        final long account = pickAccount().id();
        final int rights = 1 + random.nextInt(3);
        final GrantCommand grant = pick(GrantCommand.grantAccount(BY_ACCOUNT, account, rights),
            GrantCommand.grantRange(BY_ACCOUNT, account, account + 3, rights),
            GrantCommand.grantCode(WITHOUT_GRANTS, anyInt(1, 2), rights).ledger(2));
        grants.add(grant);
        return grant;
    }

    private void planSetup() {
        plan(OPERATOR, AccountCommand.account(1));
        planned.addFirst(new Step.Begin(nowNs));
        plan(Participants.SYSTEM, profile.limits);
        plan(Participants.SYSTEM, ParticipantCommand.operator(OPERATOR, "OPERATOR"));
        plan(OPERATOR, ParticipantCommand.participant(EVERYWHERE, "EVERYWHERE"));
        plan(OPERATOR, ParticipantCommand.participant(BY_ACCOUNT, "BYACCOUNT"));
        plan(OPERATOR, ParticipantCommand.participant(BY_CODE, "BYCODE"));
        plan(OPERATOR, ParticipantCommand.participant(BARRED, "BARRED").roles(0));
        plan(OPERATOR, ParticipantCommand.participant(WITHOUT_GRANTS, "NOGRANT"));
        plan(OPERATOR, ParticipantCommand.participant(BY_LEDGER, "SIXTEEN.LETTERS!"));
        plan(OPERATOR, ParticipantCommand.participant(MANY_GRANTS, "MANYGRANTS").idCapacity(1_024));
        final int debit = Participants.RIGHT_DEBIT;
        plan(OPERATOR, GrantCommand.grantRange(EVERYWHERE, 1, -1, debit));
        plan(OPERATOR, GrantCommand.grantRange(BARRED, 1, -1, debit));
        plan(OPERATOR, GrantCommand.grantCode(BY_CODE, CODE_GRANTED, debit));
        plan(OPERATOR, GrantCommand.grantRange(BY_LEDGER, 0, -1, debit).ledger(2));
        plan(OPERATOR, GrantCommand.grantRange(BY_ACCOUNT, 40, 60, Participants.RIGHT_READ));
        // The first two have no limits: simple members of chains move between them.
        for (int i = 0; i < 2; i++) {
            final AccountCommand account = newAccount().ledger(1).flags(AccountFlags.HISTORY);
            accounts.set(i, account);
            plan(OPERATOR, account);
        }
        for (int i = 2; i < profile.liveAccounts; i++) {
            plan(OPERATOR, newAccount());
        }
        for (long id = 3; id <= 12; id++) {
            plan(OPERATOR, GrantCommand.grantAccount(BY_ACCOUNT, id, debit));
        }
        if (profile.fillsTables) {
            for (int i = 0; i < 254; i++) {
                plan(OPERATOR, AccountCommand.account(Long.MIN_VALUE + nextLedger).ledger(nextLedger++));
            }
            for (int i = 0; i <= 256; i++) {
                plan(OPERATOR, GrantCommand.grantAccount(MANY_GRANTS, 1_000_000 + i, 1));
            }
            for (int i = 0; i <= 1_024 - 8; i++) {
                plan(OPERATOR, ParticipantCommand.participant(1_000 + i, "P" + i).idCapacity(1_024));
            }
        }
    }

    private void plan(final int participant, final Command command) {
        planned.add(new Step.Single(participant, command));
    }

    // ----- dice -----------------------------------------------------------------------------------------------------

    private boolean chance(final int percent) {
        return random.nextInt(100) < percent;
    }

    private int anyInt(final int... values) {
        return values[random.nextInt(values.length)];
    }

    private long anyLong(final long... values) {
        return values[random.nextInt(values.length)];
    }

    @SafeVarargs
    private <T> T pick(final T... values) {
        return values[random.nextInt(values.length)];
    }

    private <T> T pick(final List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    /** Result codes that no workload can bring forth, each with the place of its test. */
    public static Map<Integer, String> unreachable() {
        return Map.of(
            Result.CHAIN_IS_OPEN, "answered by the link, before the ring",
            Result.CHAIN_IS_TOO_LONG, "answered by the link, before the ring",
            Result.ID_EXPIRED, "the naive ledger never forgets an id: IdMemoryIntegrationTest",
            Result.BUSY, "the naive ledger never forgets an id: IdMemoryIntegrationTest",
            Result.STORAGE_RESERVE_REACHED, "answered by the pipeline",
            Result.SHUTTING_DOWN, "answered by the link",
            Result.NOT_PRIMARY, "answered by the ledger stage of a standby",
            Result.NOT_A_MEMBER, "answered by the node",
            Result.LOSS_MUST_BE_ACCEPTED, "answered by the node",
            Result.EPOCH_WOULD_GO_BACK, "answered to the switch itself: MembershipTest");
    }

    /**
     * What a workload stands on.
     *
     * @param startNs      command time of the first entry
     * @param limits       as configured
     * @param liveAccounts how many of the newest accounts are used
     * @param fillsTables  whether ledgers, participants and grants are put up to their limits
     * @param floods       whether records of transfers are forgotten
     */
    public record Profile(String name, long startNs, ConfigureCommand limits, int liveAccounts, boolean fillsTables,
                          boolean floods) {
        /** Room for everything. */
        public static final Profile ORDINARY = new Profile("ordinary", START_NS, ConfigureCommand.roomy(), 40, true, false);
        /** Small tables: holds, accounts and records run out, deadlines are swept one after the other. */
        public static final Profile NARROW = new Profile("narrow", START_NS, ConfigureCommand.roomy().holdCapacity(60)
            .accountCapacity(300).transfersRetained(1_024).historyRetained(1_024).sweepLimit(2).idFutureToleranceMs(0), 20, false, true);
        /** Near the last nanosecond that a timestamp can name, where time-outs overflow. */
        public static final Profile END_OF_TIME = new Profile("end of time", Long.MAX_VALUE - 30L * 86_400_000 * NS_PER_MS,
            ConfigureCommand.roomy().sweepLimit(7), 30, false, false);

        @Override
        public String toString() {
            return name;
        }
    }
}
