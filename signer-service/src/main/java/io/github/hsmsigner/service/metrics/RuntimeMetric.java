package io.github.hsmsigner.service.metrics;

import java.util.Arrays;

/**
 * The exposed metrics of the Java virtual machine and the process. They have Micrometer's usual names, so that existing
 * dashboards work. No others are exposed.
 */
enum RuntimeMetric {
    MEMORY_USED("jvm_memory_used_bytes", "Memory used, by area (heap, nonheap) and pool."),
    MEMORY_COMMITTED("jvm_memory_committed_bytes", "Committed memory, by area and pool."),
    MEMORY_MAX("jvm_memory_max_bytes", "Maximum memory, by area and pool; -1 for no limit."),
    BUFFER_COUNT("jvm_buffer_count_buffers", "Buffers outside the heap."),
    BUFFER_MEMORY_USED("jvm_buffer_memory_used_bytes", "Memory used by these buffers."),
    BUFFER_CAPACITY("jvm_buffer_total_capacity_bytes", "Capacity of these buffers."),
    GC_PAUSE(
            "jvm_gc_pause_seconds",
            "Pauses of the garbage collector: count, sum and recent maximum. Absent before the first."),
    GC_CONCURRENT(
            "jvm_gc_concurrent_phase_time_seconds",
            "Concurrent phases of the collector: count, sum and recent maximum. Absent before the first."),
    GC_ALLOCATED("jvm_gc_memory_allocated_bytes_total", "Bytes allocated between collections."),
    GC_PROMOTED("jvm_gc_memory_promoted_bytes_total", "Bytes that survived young collections."),
    GC_LIVE("jvm_gc_live_data_size_bytes", "Long-lived data in the heap after the last full collection."),
    GC_MAX("jvm_gc_max_data_size_bytes", "Maximum size of the long-lived data."),
    THREADS_LIVE("jvm_threads_live_threads", "Live threads."),
    THREADS_DAEMON("jvm_threads_daemon_threads", "Daemon threads."),
    THREADS_PEAK("jvm_threads_peak_threads", "Peak number of live threads."),
    THREADS_STARTED("jvm_threads_started_threads_total", "Started threads."),
    THREADS_STATES("jvm_threads_states_threads", "Threads by state."),
    CPU_COUNT("system_cpu_count", "Available processors."),
    CPU_SYSTEM("system_cpu_usage", "Use of the machine's processors, 0 to 1."),
    LOAD("system_load_average_1m", "Load average over a minute."),
    CPU_PROCESS("process_cpu_usage", "Processor use by the process, 0 to 1."),
    CPU_TIME("process_cpu_time_ns_total", "CPU time in nanoseconds."),
    FILES_OPEN("process_files_open_files", "Open files and connections."),
    FILES_MAX("process_files_max_files", "Maximum number of open files and connections."),
    UPTIME("process_uptime_seconds", "Time since startup."),
    START_TIME("process_start_time_seconds", "Start time, in seconds since 1970.");

    private final String exposedName;
    private final String description;

    RuntimeMetric(String exposedName, String description) {
        this.exposedName = exposedName;
        this.description = description;
    }

    /** Returns whether one of these is the meter with this name in Micrometer, which lacks the unit. */
    static boolean hasMeterName(String name) {
        String prefix = name.replace('.', '_') + "_";
        return Arrays.stream(values()).anyMatch(metric -> (metric.exposedName + "_").startsWith(prefix));
    }

    String exposedName() {
        return exposedName;
    }

    String description() {
        return description;
    }
}
