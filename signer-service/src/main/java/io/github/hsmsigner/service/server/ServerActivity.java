package io.github.hsmsigner.service.server;

/**
 * The load of the callbacks' server at one moment. Immutable.
 *
 * @param requests how many requests are being served, health and metrics not counted
 * @param refused how many requests were answered with 503 since startup because too many were being served
 * @param connections how many connections there are
 * @param threads how many threads the server has
 */
public record ServerActivity(int requests, long refused, int connections, int threads) {}
