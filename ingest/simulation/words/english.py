"""English."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Final

from ingest.simulation.words import Words

ENGLISH: Final = Words(
    lang="en",
    things={
        "light": (
            "the glass pavilion", "the lantern parade", "the neon garden", "the night walk", "the mirror tunnel",
            "the lighthouse show", "the floating chandelier", "the shadow theatre", "the aurora staircase",
        ),
        "robots": (
            "the robot orchestra", "the repair café", "the soft robot petting zoo", "the maker hall", "the origami drone",
            "the knitting machine", "the solar kite workshop", "the open hardware clinic", "the walking table",
        ),
        "type": (
            "the poster wall", "the letterpress van", "the variable font jam", "the type night", "the giant alphabet",
            "the ink and pixels show", "the handwriting booth", "the zine library", "the colour lab",
        ),
        "city": (
            "the car-free bridge", "the night ferry", "the tram concert", "the pocket park", "the rooftop orchard",
            "the slow street experiment", "the city model you can walk on", "the talking bench", "the cargo bike rally",
        ),
        "sound": (
            "the sound garden", "the harbour concert", "the listening room", "the tape loop choir", "the synth kitchen",
            "the organ made of drainpipes", "the silent disco", "the foghorn symphony", "the echo chamber",
        ),
        "food": (
            "the seaweed kitchen", "the bread lab", "the market hall", "the zero waste dinner", "the noodle night",
            "the rooftop honey tasting", "the pickle library", "the soup parliament", "the edible garden",
        ),
        "play": (
            "the giant chess final", "the paper rocket launch", "the school hackathon", "the escape tram", "the marble run",
            "the playground of tomorrow", "the hopscotch mile", "the board game marathon", "the invisible maze",
        ),
        "ocean": (
            "the whale song concert", "the tide pool lab", "the buoy network", "the ocean data room", "the blue classroom",
            "the kelp forest tank", "the sea level staircase", "the plankton microscope", "the boat made of bottles",
        ),
    },
    joyful=(
        "{Thing} at {place} is pure magic.",
        "I could stay at {place} all night. {Thing} is that good.",
        "Just walked out of {thing} with goosebumps.",
        "If you see one thing today, make it {thing}.",
        "My kids do not want to leave {thing}. Neither do I.",
        "Came for the talks, stayed for {thing}.",
        "{Thing} made a whole queue of strangers smile at each other.",
        "Best five minutes of my week: {thing} at {place}.",
        "Whoever dreamed up {thing}: thank you.",
        "Standing ovation for {thing}. Well deserved!",
        "I did not expect to love {thing} this much.",
        "Ten out of ten for {thing}. The details!",
        "Sunset, warm coffee, {thing}. So happy right now.",
        "{Thing} is even more beautiful up close.",
        "Brought my grandmother to {thing}. She asked to come again tomorrow.",
        "Never seen {place} so full of smiling people.",
        "Quietly brilliant: {thing}.",
        "Take the long way round and see {thing}. Worth every step.",
        "Chills. {Thing}, full house, everybody singing.",
        "Learned more from {thing} in ten minutes than in a month of meetings.",
        "{Thing} is why I love this city.",
        "Lovely people, lovely weather, and {thing}. What a day!",
        "Still thinking about {thing}. Wonderful work.",
        "The team behind {thing} deserves all the applause.",
        "A stranger at {place} explained {thing} to me. I love this festival.",
        "So proud of our students: {thing} is a hit.",
        "{Thing} works! After three nights of soldering, it works!",
        "Front row at {thing}. I am grinning like a child.",
    ),
    calm=(
        "{Thing} opens again at {time}, meet you at {place}.",
        "The queue at {place} is about {minutes} minutes right now.",
        "On my way to {place} for {thing}.",
        "Notes from {thing}: start small, test outside, share the drawings.",
        "Third time at {thing} today. New people every time.",
        "Does anybody know if {thing} runs tomorrow too?",
        "Sketching {thing} before it gets crowded.",
        "I counted {number} people at {thing}.",
        "Overheard at {place}: \"so this is what the future sounds like\".",
        "Overheard at {place}: \"mum, can we build one at home?\"",
        "Photo thread: {thing}, seen from {place}.",
        "Today's plan: {thing}, then soup, then a nap.",
        "Met half my timeline at {place}.",
        "{Thing} moves to {place} at {time}, in case you are looking for it.",
        "Volunteering at {thing} until {time}. Come and say hello.",
        "A short walk through {thing}, from the first sketch to tonight.",
        "Reading the credits of {thing}. {number} names, five countries.",
        "There is a quiet corner behind {place} with a view of {thing}.",
        "What should I see after {thing}?",
        "The drawings of {thing} are online now.",
    ),
    cross=(
        "Waited {minutes} minutes for {thing} and then it closed. Sad.",
        "Too loud at {place}, I could not follow {thing}.",
        "The signs to {thing} are confusing. Went in circles and missed the start.",
        "No seats left at {place}. Disappointed, I came a long way.",
        "The sound at {place} broke down twice. What a pity.",
        "Why is there no step-free way to {thing}? Not good enough.",
        "Rain, a long queue and the wrong ticket. {Thing} will have to wait.",
        "{Thing} is badly overcrowded tonight. Please open the second door.",
        "Sorry, but {thing} was boring. All promise and no idea.",
        "The app says {place}, the poster says something else. Annoying.",
    ),
    openers=("Wow.", "Okay!", "Finally!", "Listen:", "Small joys:", "Hot take:", "Day two:", "Right now:", "Friends!", "Oh!"),
    closers=(
        "More of this, please.", "Still open until {time}.", "Free entry, by the way.", "Bring a jacket.",
        "I will be back tomorrow.", "Highly recommended.", "Tell your friends.", "Pictures later.",
        "Follow the yellow arrows.", "You find it next to {place}.", "My feet hurt, my heart does not.", "See you there?",
        "Thank you, volunteers!", "We need this all year round.", "It smells of cinnamon, too.", "Go before {time}.",
    ),
    agree=(
        "Same here, I loved it!", "Yes! The best part of the whole week.", "Agreed, what a beautiful idea.",
        "So good, isn't it?", "This made my evening, thank you.", "I was there too, still smiling.",
        "Great photo! Were you near the stage?", "Exactly my thought. Brilliant.", "You convinced me, I am going now.",
        "I cried a little. Happy tears.", "Adding this to my list, thanks!", "That is wonderful to hear.",
        "I saw you wave! It was lovely.", "Could not agree more, the crew is amazing.",
    ),
    ask=(
        "Is it still open?", "Where exactly is that?", "How long was the queue?", "Do you need a ticket for it?",
        "Is it fine for small children?", "Will there be a recording?", "Can you get there by wheelchair?",
        "Who made it?", "What time did it start?", "Is there food nearby?", "Do they speak English there?",
    ),
    object=(
        "Hm, I found it a bit too loud.", "Not sure. The queue was awful.", "I was disappointed, to be honest.",
        "Am I the only one who got lost?", "It was closed when I came. Sad.",
    ),
    answer=(
        "Yes, until {time}.", "Right behind {place}.", "About {minutes} minutes, it moves fast.", "No ticket needed, just walk in.",
        "Thank you, that is kind!", "I will ask and tell you.", "Let's meet there at {time}!", "Yes, there is a ramp on the left.",
        "Glad you liked it!", "They said the recording comes tomorrow.",
    ),
    quote=(
        "This.", "Exactly what I meant yesterday.", "Everybody should see this.", "Reading this on the tram and smiling.",
        "For those who could not come:", "More on this, please!", "I was sceptical, but this is great.",
        "A good thread about the evening.", "Saving this for later.", "The mood in one post.",
    ),
    together=(
        "With {friend}.", "{friend}, you would love this.", "Thanks to {friend} for the tip!", "Bumped into {friend} there.",
        "{friend} was right.", "cc {friend}",
    ),
    bursts={
        "DroneBallet": (
            "The drone ballet has started over the harbour!", "A thousand drones just drew a whale in the sky. Speechless.",
            "Look up! The drone ballet is right above {place}.", "The whole of {place} said \"ooooh\" at the same time.",
            "That drone heart at the end. Beautiful.", "I have never seen so many phones point at one cloud.",
        ),
        "FerryConcert": (
            "Surprise concert on the night ferry, right now!", "There is a choir on the ferry and it is glorious.",
            "The ferry is playing. The FERRY is playing.", "Everybody run to {place}, the ferry concert has begun!",
            "Captain just joined on the trumpet. I love this city.", "Best secret gig ever, on a boat.",
        ),
        "RunawayRobot": (
            "A robot has escaped from the maker hall and is dancing at {place}.", "The runaway robot just waved at me!",
            "Update: the robot bought an ice cream. Nobody knows how.", "Please do not feed the robot. It is charging.",
            "Three children have adopted the runaway robot. Adorable.", "Robot spotted on the tram, it has a ticket.",
        ),
        "PowerCut": (
            "Power cut in Hall 4, everything is dark.", "Lights out at {place}. Hope everybody is fine.",
            "The power is gone and the keynote stopped mid-sentence. Bad timing.", "No power, no coffee. Terrible.",
            "Somebody lit candles at {place}. Slightly worried, slightly romantic.", "Still dark here. When does it come back?",
        ),
        "WhaleInHarbour": (
            "There is a real whale in the harbour!", "Whale! Off {place}! Not part of the programme!",
            "The whale came to listen to the whale song concert. You cannot make this up.", "Everyone is whispering. So moving.",
            "The ocean people are crying with joy.", "The whale has left, and left us all happier.",
        ),
        "ChessOvertime": (
            "Giant chess goes into overtime! Nobody is leaving.", "A twelve-year-old is beating the machine at giant chess!",
            "Queen to the fountain. The crowd goes wild.", "I do not understand chess and I am screaming.",
            "She won! SHE WON!", "Handshake, applause, confetti. What a final.",
        ),
        "GoldenHour": (
            "Golden hour at {place}, and every window is an instrument. Gorgeous.", "Stop what you do and look west.",
            "The glass pavilion is on fire with light. Wonderful.", "This light! Nobody can talk.",
            "The whole harbour turned to gold for six minutes.", "Best sunset of the festival, no question.",
        ),
        "KeynoteSlip": (
            "The demo failed and the whole hall applauded. I love this crowd.", "Live demo, dead laptop, great jokes.",
            "She drew the whole talk on paper instead. Brilliant.", "Best keynote ever, and nothing worked.",
            "Somebody from row nine is fixing the projector. Hero!", "\"Technology is people\", she said, and the lights came back.",
        ),
    },
)  # fmt: skip
