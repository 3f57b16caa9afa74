/// Complete programs built on Sunda, and its command line.
module dev.sunda.examples {
    requires dev.sunda.data;
    requires dev.sunda.nn;
    requires dev.sunda.optim;
    requires java.desktop;                                           // the tests draw digits
    requires info.picocli;
    requires tools.jackson.databind;

    opens dev.sunda.examples to info.picocli;
    opens dev.sunda.examples.conformance to info.picocli;
    opens dev.sunda.examples.mnist to tools.jackson.databind;
}
