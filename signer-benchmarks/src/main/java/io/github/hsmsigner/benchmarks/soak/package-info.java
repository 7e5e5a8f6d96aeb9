/** Endurance: full load with faults and rotations, where every answer is checked. */
package io.github.hsmsigner.benchmarks.soak;
