package io.daybreak.loadtest.simulation;

import io.daybreak.protocol.Result;
import io.daybreak.protocol.TransferFlags;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A participant of the native protocol: transfers, holds, posts, voids and chains, each sent with one id until its outcome is told. At most
 * {@code window} requests are open.
 */
final class NativeAcquirer implements Actor {
    private static final int NEXT = 1;
    private static final int TIMEOUT = 3;
    private static final int ID_TIME_SHIFT = 16;
    private static final long FIRST_TIMEOUT_NS = 200 * World.MS;
    private static final long LONGEST_TIMEOUT_NS = 5 * World.SECOND;
    private static final int HOLDS_KEPT = 64;
    private static final int MOST_CHAIN = 4;

    private final World world;
    private final Auditor auditor;
    private final SplittableRandom random;
    private final int self;
    private final Cluster cluster;
    private int address;
    private final int participantId;
    private final int window;
    private final long gapNs;
    private final int wanted;
    private final List<TransferRequest> requests = new ArrayList<>();
    private final List<TransferRequest.Member> holds = new ArrayList<>();
    private int open;
    /** With its window full it begins nothing until something is told. */
    private boolean isWaiting;
    private int made;

    NativeAcquirer(final World world, final Auditor auditor, final Cluster cluster, final int number, final int wanted, final long gapNs) {
        this.world = world;
        this.auditor = auditor;
        this.cluster = cluster;
        this.participantId = Town.FIRST_PARTICIPANT + number;
        this.random = world.chance(100 + number);
        this.wanted = wanted;
        this.gapNs = gapNs;
        this.window = 8 + random.nextInt(120);
        self = world.add(this);
    }

    void begin() {
        world.plan(random.nextLong(gapNs), self, NEXT, 0, null);
    }

    /** Whether it begins nothing more. */
    boolean isMade() {
        return made >= wanted;
    }

    /** Whether all that it began is answered as well. */
    boolean isDone() {
        return isMade() && open == 0;
    }

    /** Transfers made so far. */
    int made() {
        return made;
    }

    int self() {
        return self;
    }

    @Override
    public void on(final int kind, final long number, final Object what) {
        switch (kind) {
            case NEXT:
                isWaiting = open >= window;
                if (made < wanted && !isWaiting) {
                    send(newRequest());
                    world.plan(1 + random.nextLong(2 * gapNs), self, NEXT, 0, null);
                }
                break;
            case TIMEOUT:
                final TransferRequest late = requests.get((int) number);
                if (!late.isTold()) {
                    address = (address + 1) % cluster.nodes().size();
                    send(late);
                }
                break;
            default:
                onTold(requests.get((int) number), (Told) what);
                break;
        }
    }

    private void send(final TransferRequest request) {
        world.send(self, cluster.nodes().get(address).self(), SwitchNode.TRANSFER, request.number, request);
        final long timeout = Math.min(LONGEST_TIMEOUT_NS, FIRST_TIMEOUT_NS << Math.min(10, request.tries++));
        world.plan(timeout, self, TIMEOUT, request.number, null);
    }

    private void onTold(final TransferRequest request, final Told told) {
        final TransferRequest.Member member = request.members[told.index()];
        if (!Result.isDecided(told.result())) {
            checkUndecided(member, told.result());
            return;
        }
        final boolean wasOpen = !request.isTold();
        auditor.told(participantId, member, told);
        if (wasOpen && request.isTold()) {
            open--;
            if (isWaiting) {
                isWaiting = false;
                world.plan(1 + random.nextLong(2 * gapNs), self, NEXT, 0, null);
            }
            for (final TransferRequest.Member each : request.members) {
                if (each.told.result() == Result.OK && (each.flags & TransferFlags.PENDING) != 0 && holds.size() < HOLDS_KEPT) {
                    holds.add(each);
                }
            }
        }
    }

    /** It will be sent again; but not every reason can be one. */
    private static void checkUndecided(final TransferRequest.Member member, final int result) {
        switch (result) {
            case Result.NOT_PRIMARY, Result.BUSY, Result.ID_IN_THE_FUTURE, Result.HOLD_CAPACITY_REACHED, Result.STORAGE_RESERVE_REACHED, Result.NOT_CONFIGURED,
                Result.CHAIN_MEMBER_NOT_DECIDED, Result.SHUTTING_DOWN -> {
            }
            default -> throw new SimulationFailure("transfer " + member + " is well formed and granted; it was told " + Result.name(result));
        }
    }

    private TransferRequest newRequest() {
        open++;
        final int draw = random.nextInt(100);
        final TransferRequest.Member[] members;
        if (draw < 55) {
            members = new TransferRequest.Member[] {transfer(0, 0)};
        } else if (draw < 70) {
            members = new TransferRequest.Member[] {transfer(TransferFlags.PENDING, 1 + random.nextInt(30_000))};
        } else if (draw < 90 && !holds.isEmpty()) {
            members = new TransferRequest.Member[] {onHold(holds.remove(random.nextInt(holds.size())))};
        } else if (draw < 95) {
            members = new TransferRequest.Member[] {transfer(TransferFlags.BALANCING_DEBIT, 0)};
        } else {
            members = new TransferRequest.Member[2 + random.nextInt(MOST_CHAIN - 1)];
            for (int i = 0; i < members.length; i++) {
                members[i] = transfer(i < members.length - 1 ? TransferFlags.LINKED : 0, 0);
            }
        }
        made += members.length;
        final TransferRequest request = new TransferRequest(self, participantId, requests.size(), members);
        requests.add(request);
        return request;
    }

    private long newIdHi() {
        return world.nowNs() / World.MS << ID_TIME_SHIFT | random.nextInt(1 << ID_TIME_SHIFT);
    }

    private TransferRequest.Member transfer(final int flags, final int timeoutMs) {
        final int from = random.nextInt(Town.WALLETS);
        final boolean toMerchant = random.nextInt(4) == 0;
        final int to = toMerchant ? random.nextInt(Town.MERCHANTS) : (from + 1 + random.nextInt(Town.WALLETS - 1)) % Town.WALLETS;
        // Some are too large, so that there are refusals to be repeated, too.
        final long amount = random.nextInt(50) == 0 ? random.nextLong(3 * Town.OPENING_BALANCE) + 1 : 1 + random.nextInt(2_000);
        return new TransferRequest.Member(newIdHi(), random.nextLong(), Town.wallet(from), toMerchant ? Town.merchant(to) : Town.wallet(to),
            amount, flags, timeoutMs, null);
    }

    private TransferRequest.Member onHold(final TransferRequest.Member hold) {
        final boolean post = random.nextInt(3) != 0;
        final long amount = post ? 1 + random.nextLong(hold.told.amount()) : 0;
        return new TransferRequest.Member(newIdHi(), random.nextLong(), hold.debit, hold.credit, amount,
            post ? TransferFlags.POST | TransferFlags.FINAL : TransferFlags.VOID, 0, hold);
    }

    /** What the switch may have lost is not told any more. Returns how many transfers that are. */
    int forgetAfter(final long sequence) {
        int forgotten = 0;
        for (final TransferRequest request : requests) {
            final boolean wasTold = request.isTold();
            for (final TransferRequest.Member member : request.members) {
                if (member.told != null && member.told.sequence() > sequence) {
                    member.told = null;
                    forgotten++;
                }
            }
            if (wasTold && !request.isTold()) {
                open++;
                world.plan(FIRST_TIMEOUT_NS, self, TIMEOUT, request.number, null);
            }
        }
        holds.removeIf(hold -> hold.told == null);
        return forgotten;
    }

    List<TransferRequest> requests() {
        return requests;
    }

    @Override
    public String name() {
        return "participant " + participantId;
    }

    @Override
    public String nameOf(final int kind) {
        return kind == NEXT ? "pays" : kind == TIMEOUT ? "looks for its answer to" : "is told of";
    }
}
