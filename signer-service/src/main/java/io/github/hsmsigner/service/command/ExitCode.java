package io.github.hsmsigner.service.command;

/** How commands end. */
final class ExitCode {

    /** The command succeeded. */
    static final int DONE = 0;
    /** It failed, or a check found something wrong. */
    static final int FAILED = 1;
    /** The command line or the settings cannot work: trying again changes nothing. */
    static final int CANNOT_WORK = 2;

    private ExitCode() {}
}
