package io.daybreak.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

/** A run with every trap in it, and one with none. */
class CaveatsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static String caveats(final String json, final long answers) throws Exception {
        final ObjectNode run = (ObjectNode) MAPPER.readTree(json.replace('\'', '"'));
        Caveats.write(run, answers);
        return run.path("caveats").toString();
    }

    @Test
    void shouldSayNothingOfARunWithoutTraps() throws Exception {
        assertThat(caveats("{'loop':'open','config':{'duration_ms':60000,'warmup_ms':5000},'latency_us':{'p99':1000},'send_lag_us':{'p99':400},"
            + "'switch':{'durability':'disk','commands_before':100000000},'unsent':0,'proof':{'outcome':'proved'},'limits':{'echo':{'latency_us':{'p99':600}}},"
            + "'resources':{'machine_steal_cpu':[0.01,null],'machine_user_cpu':[1.0],'machine_system_cpu':[0.5],'client_cpu':[0.5],'switch_cpu':[0.9]}}", 6_000_000))
            .isEqualTo("[]");
    }

    @Test
    void shouldNameEveryTrapThatIsThere() throws Exception {
        assertThat(caveats("{'loop':'open','config':{'duration_ms':1500,'warmup_ms':1000},'latency_us':{'p99':1000},'send_lag_us':{'p99':600},"
            + "'switch':{'durability':'process','commands_before':14229},'unsent':7,'proof':{'outcome':'skipped'},'limits':{'echo':{'latency_us':{'p99':6000}}},"
            + "'resources':{'machine_steal_cpu':[0.3],'machine_user_cpu':[1.0],'machine_system_cpu':[0.9],'client_cpu':[0.5],'switch_cpu':[0.9],'problem':'no page'}}", 5_000))
            .contains("Measured for only 1.5 s", "Warmed up for only 1 s", "Only 5,000 answers: p99 and beyond", "14,229 commands before", "page cache",
                "left 600 us late", "could not be sent", "took 0.30 cores", "Others used 0.50 cores", "p99 of 6.0 ms just before", "not proved", "no page");
        assertThat(caveats("{'loop':'closed','config':{'duration_ms':60000,'warmup_ms':5000},'proof':{'outcome':'proved'}}", 50_000))
            .contains("A closed loop", "Only 50,000 answers: p99.9 and beyond");
    }
}
