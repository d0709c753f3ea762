package io.daybreak.machine;

import io.daybreak.memory.RecordSlabs;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Walks over all objects of two state machines side by side and tells every field whose values differ, by class and name. What need not agree is
 * listed here with its reason: a field that is neither listed nor in the image cannot be forgotten.
 */
public final class StateComparison {
    /** Fields that are no state, and why. */
    private static final Map<String, String> NO_STATE = Map.ofEntries(
        // Good for one command, between two of its steps.
        Map.entry("StateMachine.sweptInEntry", "of the entry at work"),
        Map.entry("StateMachine.single", "the command at work"),
        Map.entry("StateMachine.readAhead", "the commands at hand"),
        Map.entry("StateMachine.chain", "the chain at work"),
        Map.entry("StateMachine.queries", "answers only"),
        Map.entry("StateMachine.refusal", "reasons outside the state"),
        Map.entry("AccountCommands.createdNs", "of the command at work"),
        Map.entry("Transfers.inChain", "between two commands no chain is open"),
        Map.entry("Transfers.chainBeginPlace", "of the chain at work"),
        Map.entry("Transfers.debit", "of the command at work"),
        Map.entry("Transfers.credit", "of the command at work"),
        Map.entry("Transfers.holdSlot", "of the command at work"),
        Map.entry("Transfers.amount", "of the command at work"),
        Map.entry("Transfers.deadlineNs", "of the command at work"),
        Map.entry("Transfers.expiredOwner", "of the sweep at work"),
        Map.entry("Transfers.expiredId", "of the sweep at work"),
        Map.entry("Transfers.expiredAmount", "of the sweep at work"),
        Map.entry("Legs.sequence", "of the command at work"),
        Map.entry("Legs.nowNs", "of the command at work"),
        Map.entry("Legs.userData64", "of the command at work"),
        Map.entry("Legs.code", "of the command at work"),
        Map.entry("Legs.leg", "of the command at work"),
        Map.entry("Limits.left", "of the command at work"),
        Map.entry("Limits.refusedBy", "of the command at work"),
        Map.entry("Payments.outcomeSequence", "of the command at work"),
        Map.entry("Payments.outcomeTimestampNs", "of the command at work"),
        Map.entry("Payments.outcomeAmount", "of the command at work"),
        Map.entry("Payments.outcomeFlags", "of the command at work"),
        Map.entry("Payments.decision", "the command at work"),
        Map.entry("ForcePost.reason", "of the command at work"),
        Map.entry("ForcePost.forced", "of the command at work"),
        Map.entry("ForcePost.fromWallet", "of the command at work"),
        Map.entry("ForcePost.aside", "of the command at work"),
        Map.entry("ForcePost.exceptionAccount", "of the command at work"),
        Map.entry("Originals.oldestNs", "of the search at work"),
        Map.entry("Originals.nowNs", "of the search at work"),
        Map.entry("Membership.changes", "tells a reader to look again"),
        Map.entry("Payments.readAhead", "the commands at hand"),
        Map.entry("FileUpdates.changed", "of the command at work"),
        Map.entry("Reconciliations.slot", "of the command at work"),
        Map.entry("Reconciliations.repeated", "of the command at work"),
        Map.entry("Reconciliations.body", "of the command at work"),
        Map.entry("Reconciliations.bodyOffset", "of the command at work"),
        Map.entry("IssuerRecords.mccs", "of the command at work"),
        Map.entry("PaymentQueries.page", "of the question at work"),
        Map.entry("BusinessDays.lastOpenedGroup", "of the cut-over at work"),
        Map.entry("Issuers.stan", "of the message at work"),
        Map.entry("Issuers.transmission", "of the message at work"),
        // Caches that are filled anew.
        Map.entry("Issuers.transmissionSecond", "a cache"),
        Map.entry("Issuers.transmissionOfSecond", "a cache"),
        Map.entry("LedgerTotals.lastFound", "a cache"),
        Map.entry("ParticipantIds.lastFound", "a cache"),
        Map.entry("Totals.lastAcquirer", "a cache"),
        Map.entry("Totals.lastDay", "a cache"),
        Map.entry("Totals.lastRow", "a cache"),
        Map.entry("Zones.dayBegin", "a cache"),
        Map.entry("Zones.dayEnd", "a cache"),
        Map.entry("Zones.dayDate", "a cache"),
        Map.entry("Zones.segmentBegin", "of the question at work"),
        Map.entry("Zones.segmentEnd", "of the question at work"),
        // What is undone is undone within one command.
        Map.entry("AccountTable.markedDigest", "of the chain at work"),
        Map.entry("HoldTable.markedCount", "of the chain at work"),
        Map.entry("HoldTable.markedUsedSlots", "of the chain at work"),
        Map.entry("HoldTable.markedFreeSlot", "of the chain at work"),
        Map.entry("HoldTable.markedDigest", "of the chain at work"),
        Map.entry("RecordTable.markedCount", "of the chain at work"),
        Map.entry("RecordTable.markedUsedSlots", "of the chain at work"),
        Map.entry("RecordTable.markedFreeSlot", "of the chain at work"),
        Map.entry("RecordTable.markedDigest", "of the chain at work"),
        Map.entry("RecordLog.markedEnd", "of the chain at work"),
        Map.entry("RecordLog.markedDigest", "of the chain at work"),
        Map.entry("DeadlineHeap.markedSize", "of the chain at work"),
        Map.entry("LedgerTotals.markedHigh", "of the chain at work"),
        Map.entry("LedgerTotals.markedLow", "of the chain at work"),
        // Where memory lies.
        Map.entry("AccountLines.directory", "addresses; the digest is computed from what lies there"),
        Map.entry("AccountLines.onlySegment", "an address"),
        Map.entry("AccountLines.freeSegment", "an address"),
        Map.entry("AccountLines.slabEnd", "an address"),
        Map.entry("RecordLog.slabs", "addresses"),
        Map.entry("DeadlineHeap.entries", "memory stays when the last deadline goes; sizes are compared"),
        Map.entry("DeadlineHeap.places", "follow from the entries"),
        Map.entry("RecordLog.spareSlab", "an address"),
        Map.entry("IdGeneration.pages", "addresses"),
        Map.entry("IdGeneration.logBlocks", "addresses"),
        Map.entry("IdGeneration.pagesLeft", "of a forgotten one"),
        Map.entry("IdMemory.stock", "memory that is free"),
        Map.entry("IdMemory.freeSlices", "memory that is free"),
        Map.entry("IdSlice.nextFree", "memory that is free"),
        Map.entry("ParticipantIds.head", "where the slices lie in their array"),
        Map.entry("ParticipantIds.end", "where the slices lie in their array"),
        Map.entry("ParticipantIds.slices", "compared from the oldest on"),
        Map.entry("ParticipantIds.startsMs", "compared from the oldest on"),
        Map.entry("Participant.kinds", "longer than the grants"),
        Map.entry("Participant.rights", "longer than the grants"),
        Map.entry("Participant.ledgers", "longer than the grants"),
        Map.entry("Participant.froms", "longer than the grants"),
        Map.entry("Participant.tos", "longer than the grants"),
        // Who waits, and what is counted since the start.
        Map.entry("RoutedPayments.waiters", "after a restart nobody waits"),
        Map.entry("Issuing.lateAnswers", "counted since the start"),
        Map.entry("IssuerRequests.lateAnswers", "counted since the start"));

    private final Map<Object, Object> seen = new IdentityHashMap<>();
    private final Deque<Object[]> open = new ArrayDeque<>();
    private final Set<String> compared = new TreeSet<>();
    private final Set<String> moved = new TreeSet<>();
    private final List<String> differences = new ArrayList<>();

    private StateComparison(final StateMachine left, final StateMachine right) {
        open.add(new Object[] {left, right, "machine"});
        while (!open.isEmpty()) {
            final Object[] pair = open.remove();
            if (seen.put(pair[0], pair[1]) == null) {
                compareFields(pair[0], pair[1], (String) pair[2]);
            }
        }
    }

    /** Fields of state that differ, with their paths. */
    public static List<String> differences(final StateMachine left, final StateMachine right) {
        return new StateComparison(left, right).differences;
    }

    /** Classes and names of fields of state that are on all sides the same as in a machine that is new. */
    public static Set<String> unmoved(final StateMachine machine, final StateMachine fresh) {
        final Set<String> names = new StateComparison(machine, machine).compared;
        names.removeAll(new StateComparison(machine, fresh).moved);
        return names;
    }

    private void compareFields(final Object left, final Object right, final String path) {
        if (left instanceof RecordSlabs slabs) {
            // What lies in them is digested or asked for; that they were not forgotten is seen by whether there is anything.
            if (slabs.capacity() > 0 != ((RecordSlabs) right).capacity() > 0) {
                differences.add(path + " has memory on one side only");
            }
            return;
        }
        for (Class<?> type = left.getClass(); type != null && isOurs(type); type = type.getSuperclass()) {
            for (final Field field : type.getDeclaredFields()) {
                final boolean isFixed = Modifier.isStatic(field.getModifiers())
                    || Modifier.isFinal(field.getModifiers()) && field.getType().isPrimitive();
                if (!isFixed && !NO_STATE.containsKey(type.getSimpleName() + "." + field.getName())) {
                    field.setAccessible(true);
                    try {
                        compare(type.getSimpleName() + "." + field.getName(), field.get(left), field.get(right), path + "." + field.getName());
                    } catch (final IllegalAccessException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
        }
    }

    private void compare(final String name, final Object left, final Object right, final String path) {
        if (left == null || right == null) {
            if (left != right) {
                differences.add(path + " is there on one side only");
                // Whatever is in an object that a new machine has not, was moved.
                moved.addAll(left == null ? Set.of() : fieldsOf(left.getClass()));
            }
        } else if (left instanceof Number || left instanceof Boolean || left instanceof Character) {
            compared.add(name);
            if (!left.equals(right)) {
                moved.add(name);
                differences.add(path + ": " + left + ", " + right);
            }
        } else if (left.getClass().isArray()) {
            compareArrays(name, left, right, path);
        } else if (isOurs(left.getClass())) {
            open.add(new Object[] {left, right, path});
        }
    }

    private void compareArrays(final String name, final Object left, final Object right, final String path) {
        if (Array.getLength(left) != Array.getLength(right)) {
            differences.add(path + " is longer on one side");
            return;
        }
        for (int i = 0; i < Array.getLength(left); i++) {
            compare(name, Array.get(left, i), Array.get(right, i), path + "[" + i + "]");
        }
    }

    private static Set<String> fieldsOf(final Class<?> type) {
        final Set<String> names = new TreeSet<>();
        for (final Field field : type.getDeclaredFields()) {
            names.add(type.getSimpleName() + "." + field.getName());
        }
        return names;
    }

    private static boolean isOurs(final Class<?> type) {
        return type.getName().startsWith("io.daybreak.") && !type.getName().startsWith("io.daybreak.protocol.") && !type.isHidden()
            && !type.isSynthetic() && !type.getName().startsWith("io.daybreak.state.") && !io.daybreak.memory.UndoLog.class.equals(type)
            && !io.daybreak.memory.SlabAllocator.class.isAssignableFrom(type);
    }
}
