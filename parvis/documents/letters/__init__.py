"""Letters as blocks: drafting, checking, comparing, printing. The same blocks give the page, the PDF, the DOCX and the ODT."""
