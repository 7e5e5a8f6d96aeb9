/** Deterministic simulation of the recovery: a model of a token, virtual time and scripted faults. */
package io.github.hsmsigner.pkcs11.simulation;
