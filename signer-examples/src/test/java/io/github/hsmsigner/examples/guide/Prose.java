package io.github.hsmsigner.examples.guide;

import com.sun.source.doctree.BlockTagTree;
import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.EndElementTree;
import com.sun.source.doctree.EntityTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.StartElementTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.doctree.ValueTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModuleTree;
import com.sun.source.tree.PackageTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTreeScanner;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The sentences that people read in a file. In a Markdown page these are paragraphs, list items and table cells without code. In a Java file
 * these are Javadoc, comments, and string literals with a space. Code inside a sentence counts as one word.
 *
 * @param where the file and the line
 * @param text one sentence
 * @param cell whether the sentence stands in a table cell
 */
record Prose(String where, String text, boolean cell) {

    private static final String CODE = "X";
    private static final Pattern END_OF_SENTENCE = Pattern.compile("(?<=[.!?])[)\"”]?\\s+(?=[\\p{Lu}\\d(\"“{%])");
    private static final Pattern END_OF_PARAGRAPH =
            Pattern.compile("\\n\\s*\\n|\\n(?=\\s*(?:[-*+]|\\d+\\.|#+|>|\\|)\\s)|(?<=\\|)\\n");
    private static final Pattern WORD = Pattern.compile("\\p{L}[\\p{L}\\p{N}_'’-]*");
    private static final Pattern LINE_COMMENT = Pattern.compile("^\\s*// ?(.*)$");

    /** Returns the number of words; a number or a sign is no word. */
    long words() {
        return WORD.matcher(text).results().count();
    }

    /** Returns the sentences of a Markdown page, without its code. */
    static List<Prose> ofMarkdown(Path page, String markdown) {
        String prose = blank(Pattern.compile("^( *)```.*?^\\1```$", Pattern.MULTILINE | Pattern.DOTALL), markdown);
        prose = blank(Pattern.compile("<!--.*?-->", Pattern.DOTALL), prose);
        prose = prose.replaceAll("`[^`\\n]*(?:\\n[^`\\n]+)?`", CODE).replaceAll("]\\([^)\\s]*\\)", "]");
        List<Prose> sentences = new ArrayList<>();
        int line = 1;
        int start = 0;
        Matcher end = END_OF_PARAGRAPH.matcher(prose);
        boolean more = true;
        while (more) {
            more = end.find();
            String paragraph = prose.substring(start, more ? end.start() : prose.length());
            int blankLines = (int) paragraph
                    .substring(0, paragraph.length() - paragraph.stripLeading().length())
                    .lines()
                    .count();
            String where = page + ":" + (line + blankLines);
            String row = paragraph.strip();
            if (row.startsWith("|")) {
                Stream.of(row.split("(?<!\\\\)\\|")).forEach(cell -> add(where, cell, true, sentences));
            } else {
                add(where, row.replaceFirst("^(?:[-*+]|\\d+\\.|#+|>)\\s+", ""), false, sentences);
            }
            if (more) {
                line += (int) prose.substring(start, end.end())
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
                start = end.end();
            }
        }
        return sentences;
    }

    private static String blank(Pattern pattern, String text) {
        return pattern.matcher(text)
                .replaceAll(found -> "\n".repeat((int)
                        found.group().chars().filter(c -> c == '\n').count()));
    }

    private static void add(String where, String text, boolean cell, List<Prose> sentences) {
        END_OF_SENTENCE
                .splitAsStream(text.replaceAll("\\s+", " ").strip())
                .filter(sentence -> !sentence.isBlank())
                .map(sentence -> new Prose(where, sentence, cell))
                .forEach(sentences::add);
    }

    /** Returns the sentences in Java files: Javadoc, comments and string literals. */
    static List<Prose> ofJava(Path root, List<Path> files) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<Prose> sentences = new ArrayList<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null,
                    manager,
                    problem -> {},
                    List.of("-proc:none"),
                    null,
                    manager.getJavaFileObjectsFromPaths(files));
            DocTrees trees = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                String file =
                        root.relativize(Path.of(unit.getSourceFile().toUri())).toString();
                new SourceScanner(file, unit, trees, sentences).scan(unit, null);
                addLineComments(file, unit.getSourceFile().getCharContent(true).toString(), sentences);
            }
        }
        return sentences;
    }

    private static void addLineComments(String file, String source, List<Prose> sentences) {
        List<String> lines = source.lines().toList();
        StringBuilder comment = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            Matcher found = LINE_COMMENT.matcher(lines.get(i));
            if (found.find()) {
                comment.append(found.group(1)).append(' ');
            } else if (!comment.isEmpty()) {
                add(file + ":" + i, comment.toString(), false, sentences);
                comment.setLength(0);
            }
        }
    }

    /** Collects Javadoc and string literals of one file. */
    private static final class SourceScanner extends TreePathScanner<Void, Void> {

        private static final List<Class<? extends Tree>> DECLARATIONS =
                List.of(ModuleTree.class, PackageTree.class, ClassTree.class, MethodTree.class, VariableTree.class);

        private final String file;
        private final CompilationUnitTree unit;
        private final DocTrees trees;
        private final List<Prose> sentences;

        SourceScanner(String file, CompilationUnitTree unit, DocTrees trees, List<Prose> sentences) {
            this.file = file;
            this.unit = unit;
            this.trees = trees;
            this.sentences = sentences;
        }

        private String where(Tree tree) {
            long position = trees.getSourcePositions().getStartPosition(unit, tree);
            return file + ":" + unit.getLineMap().getLineNumber(position);
        }

        @Override
        public Void scan(Tree tree, Void unused) {
            if (tree != null && DECLARATIONS.stream().anyMatch(kind -> kind.isInstance(tree))) {
                TreePath path = getCurrentPath() == null ? new TreePath(unit) : getCurrentPath();
                readJavadoc(tree, tree == unit ? path : new TreePath(path, tree));
            }
            return super.scan(tree, unused);
        }

        private void readJavadoc(Tree tree, TreePath path) {
            DocCommentTree comment = trees.getDocCommentTree(path);
            if (comment != null) {
                JavadocScanner scanner = new JavadocScanner();
                scanner.scan(comment, null);
                scanner.passages().forEach(passage -> add(where(tree), passage, false, sentences));
            }
        }

        @Override
        public Void visitBinary(BinaryTree tree, Void unused) {
            if (tree.getKind() != Tree.Kind.PLUS) {
                return super.visitBinary(tree, unused);
            }
            addLiteral(tree, joined(tree));
            return null;
        }

        @Override
        public Void visitLiteral(LiteralTree tree, Void unused) {
            if (tree.getValue() instanceof String text) {
                addLiteral(tree, text);
            }
            return null;
        }

        private void addLiteral(Tree tree, String text) {
            if (text.contains(" ")) {
                text.lines().forEach(line -> add(where(tree), line, false, sentences));
            }
        }

        /** Returns the literals of a concatenation; each other operand counts as one word. */
        private String joined(ExpressionTree tree) {
            if (tree instanceof BinaryTree plus && plus.getKind() == Tree.Kind.PLUS) {
                return joined(plus.getLeftOperand()) + joined(plus.getRightOperand());
            }
            if (tree instanceof LiteralTree literal && literal.getValue() instanceof String text) {
                return text;
            }
            if (tree instanceof ParenthesizedTree inner) {
                return joined(inner.getExpression());
            }
            scan(tree, null);
            return CODE;
        }
    }

    /** Collects the paragraphs, list items and block tags of one Javadoc comment. */
    private static final class JavadocScanner extends DocTreeScanner<Void, Void> {

        private static final List<Class<? extends DocTree>> CODE_TAGS =
                List.of(EntityTree.class, com.sun.source.doctree.LiteralTree.class, LinkTree.class, ValueTree.class);

        private final List<StringBuilder> passages = new ArrayList<>(List.of(new StringBuilder()));
        private boolean preformatted;

        List<String> passages() {
            return passages.stream().map(StringBuilder::toString).toList();
        }

        private void append(String text) {
            if (!preformatted) {
                passages.get(passages.size() - 1).append(text);
            }
        }

        private void startPassage() {
            passages.add(new StringBuilder());
        }

        @Override
        public Void scan(DocTree tree, Void unused) {
            if (CODE_TAGS.stream().anyMatch(kind -> kind.isInstance(tree))) {
                append(CODE);
                return null;
            }
            if (tree instanceof BlockTagTree) {
                startPassage();
            }
            return super.scan(tree, unused);
        }

        @Override
        public Void visitDocComment(DocCommentTree tree, Void unused) {
            scan(tree.getFirstSentence(), null);
            append(" ");
            scan(tree.getBody(), null);
            return scan(tree.getBlockTags(), null);
        }

        @Override
        public Void visitText(TextTree tree, Void unused) {
            append(tree.getBody());
            return null;
        }

        @Override
        public Void visitStartElement(StartElementTree tree, Void unused) {
            preformatted |= tree.getName().contentEquals("pre");
            if (!tree.getName().contentEquals("code") && !tree.getName().contentEquals("a")) {
                startPassage();
            }
            return null;
        }

        @Override
        public Void visitEndElement(EndElementTree tree, Void unused) {
            preformatted &= !tree.getName().contentEquals("pre");
            return null;
        }
    }
}
