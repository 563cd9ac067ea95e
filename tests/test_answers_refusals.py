"""Refusals in a model's own words, and answers that only look like one."""

from __future__ import annotations

import pytest

from rag.answers.refusals import says_nothing

REFUSALS = """
None of the passages mention who bought the mill.
None of the passages mention who bought the mill [1].
I cannot answer this from the passages.
It is unclear from the passages who bought it.
Not mentioned.
It is not stated.
Unknown.
N/A
Insufficient information.
I don't know.
I'm sorry, but I cannot find the answer in the passages provided.
Unfortunately, the passages do not answer this question.
No passage mentions a buyer.
This isn't something the passages address.
Sorry, that is not covered here.
The passages make it clear that it was sold, but not to whom.
The excerpts you gave me leave this open.
While the passages discuss the sale, they do not identify a buyer [1].
Nobody is named as the buyer in the passages I was given.
The available reporting does not identify the buyer.
As far as the passages go, this remains unanswered.
I could find no reference to a buyer.
I'd need more context to answer this.
The buyer is not identified.
No se indica en los pasajes.
The answer is not given in the passages.
Based on the passages, it is not possible to determine who bought it.
The question cannot be answered from the given passages.
The passages are silent on this.
The passages describe the sale but never say who bought the mill.
The given passages make no mention of it.
The name of the buyer is not specified in the provided text.
Who bought the mill is not mentioned in any of the passages.
There is no information about a buyer in the articles.
I could not find any information on this.
We don't have enough information to say.
The context does not provide the name of the buyer.
Who bought it is left open.
Cannot answer.
The supplied coverage does not extend to that.
On ne trouve pas cette information dans les passages.
The passages are about something else entirely.
That information is unavailable.
The reporting provided stops short of naming the buyer.
No mention of this.
Je n'ai pas trouvé de réponse.
No hay datos suficientes para responder.
Diese Information ist nicht enthalten.
Le informazioni fornite non permettono di rispondere.
Cette information n'est pas fournie.
Die Passagen enthalten keine Antwort.
Aus den Passagen geht nicht hervor, wer die Mühle gekauft hat.
Ich kann die Frage nicht beantworten.
Keine Angabe.
Les passages ne mentionnent pas l'acheteur.
Aucun des passages ne répond à la question.
Los pasajes no mencionan al comprador.
De passages vermelden geen koper.
""".strip().splitlines()
ANSWERS = """
Ann Orr bought the mill [1].
The report does not say who was to blame [1].
Who was to blame remains unclear [1].
The information that he gave did not help [1].
The owner did not mention the price [1].
The buyer was not named by police [1].
The documents did not name the owner [1].
The minister said that no information had been lost [1].
There was no answer from the ministry [1].
It is unclear who set the fire, police said [1].
The cause is not known, the inspector said [1].
Police do not know who did it [1].
Nobody died [1].
It is not known who wrote the note in the margin [1].
The passages also show that the mayor did not resign [2].
According to the passages, nobody was hurt [1].
The contract leaves open who pays for heating [1].
We know no better buyer, the union said [1].
None of the passengers was hurt [1].
“I do not know,” she told the Harbour Post [1].
The mayor said the archive has no copy [1].
He cannot answer the charges, his lawyer said [1].
The passages do not name her, but a baker bought the mill [1].
""".strip().splitlines()


@pytest.mark.parametrize("sentence", REFUSALS)
def test_a_refusal_is_known(sentence: str) -> None:
    assert says_nothing(sentence)


@pytest.mark.parametrize("sentence", ANSWERS)
def test_an_answer_that_its_passage_bears_out_is_no_refusal(sentence: str) -> None:
    assert not says_nothing(sentence, borne_out=True)
