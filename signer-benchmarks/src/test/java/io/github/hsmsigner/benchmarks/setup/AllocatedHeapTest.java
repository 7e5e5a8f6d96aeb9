package io.github.hsmsigner.benchmarks.setup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AllocatedHeapTest {

    @Test
    void theThreadsAreAddedUp() {
        String threads = """
                "main" #1 prio=5 os_prio=0 cpu=5.02ms elapsed=9.83s allocated=512B defined_classes=1 tid=0x1 nid=0x2 runnable
                "a" #2 prio=5 os_prio=0 cpu=5.02ms elapsed=9.83s allocated=20K defined_classes=0 tid=0x1 nid=0x2 runnable
                "b" #3 prio=5 os_prio=0 cpu=5.02ms elapsed=9.83s allocated=3M defined_classes=0 tid=0x1 nid=0x2 runnable
                """;
        assertThat(AllocatedHeap.ofThreads(threads)).isEqualTo(512 + 20 * 1024 + 3 * 1024 * 1024);
    }
}
