package io.github.hsmsigner.service.config;

/** Where a value was found. Immutable. */
sealed interface Origin {

    /** Returns the text for the origin in the effective configuration. */
    String text();

    /** In the table of settings. */
    record ByDefault() implements Origin {
        @Override
        public String text() {
            return "default";
        }
    }

    /** In a variable of the environment. */
    record Variable(String name) implements Origin {
        @Override
        public String text() {
            return name;
        }
    }

    /** In the file. */
    record Line(int number) implements Origin {
        @Override
        public String text() {
            return "line " + number;
        }
    }
}
